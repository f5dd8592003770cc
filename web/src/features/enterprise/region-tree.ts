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

/** Province, city and district have six characters; the streets and towns below have nine, and belong into the address. */
const districtLength = 6;

/** The district of a street or town; any other region is itself. */
export const districtCode = (code: string) => code.slice(0, districtLength);

/**
 * The flat list of regions as the tree a cascader takes, down to the districts. A region without a known parent is a root; roots
 * with districts, which are those near the deployment, come first.
 */
export function regionTree(regions: readonly Region[]): RegionNode[] {
  const shown = regions.filter(({ code }) => code.length === districtLength);
  const nodes = new Map<string, RegionNode>(
    shown.map(({ code, name }) => [code, { value: code, label: name }]),
  );
  const roots: RegionNode[] = [];
  for (const { code, parentCode } of shown) {
    const node = nodes.get(code)!;
    const parent = parentCode ? nodes.get(parentCode) : undefined;
    if (parent) parent.children = [...(parent.children ?? []), node];
    else roots.push(node);
  }
  return roots.sort((a, b) => Number(Boolean(b.children)) - Number(Boolean(a.children)));
}
