export interface Region {
  code: string;
  name: string;
  parentCode: string | null;
}

/** An option of el-cascader, whose type is open to other keys. */
export interface RegionNode {
  [key: string]: unknown;
  value: string;
  label: string;
  children?: RegionNode[];
}

/**
 * The flat list of regions as the tree a cascader takes. A region without a known parent is a root; roots with
 * districts, which are those near the deployment, come first.
 */
export function regionTree(regions: readonly Region[]): RegionNode[] {
  const nodes = new Map<string, RegionNode>(
    regions.map(({ code, name }) => [code, { value: code, label: name }]),
  );
  const roots: RegionNode[] = [];
  for (const { code, parentCode } of regions) {
    const node = nodes.get(code)!;
    const parent = parentCode ? nodes.get(parentCode) : undefined;
    if (parent) parent.children = [...(parent.children ?? []), node];
    else roots.push(node);
  }
  return roots.sort((a, b) => Number(Boolean(b.children)) - Number(Boolean(a.children)));
}
