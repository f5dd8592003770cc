import { prefixOf } from '../kernel/id.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';

interface NodeKind {
  readonly typeName: string;
  /** Within what the caller may see. */
  readonly load: (id: string, context: Context) => Promise<{ id: string } | null | undefined>;
}
const kinds = new Map<string, NodeKind>();

export const Node = builder.interfaceRef<{ id: string }>('Node').implement({
  description: '有全局编号的对象。',
  fields: (t) => ({ id: t.exposeID('id', { description: '编号，前缀表示类型，其余随机。' }) }),
  resolveType: (node) => kinds.get(prefixOf(node.id) ?? '')?.typeName,
});

/** Declares how `node(id:)` finds objects whose ids begin with a prefix. */
export function defineNode(prefix: string, typeName: string, load: NodeKind['load']): void {
  kinds.set(prefix, { typeName, load });
}

export async function loadNode(id: string, context: Context): Promise<{ id: string } | null> {
  const kind = kinds.get(prefixOf(id) ?? '');
  return (await kind?.load(id, context)) ?? null;
}

builder.queryField('node', (t) =>
  t.field({
    type: Node,
    nullable: true,
    description: '按编号取任意对象；看不到的与不存在的一样为 null。',
    args: { id: t.arg.id({ required: true, description: '对象编号。' }) },
    resolve: (_root, { id }, context) => loadNode(id, context),
  }),
);
