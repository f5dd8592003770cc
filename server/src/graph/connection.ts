import type { ArgBuilder, ObjectRef } from '@pothos/core';
import { GraphQLError } from 'graphql';
import { decodeCursor, type Page, type PageRequest } from '../kernel/page.ts';
import { limits } from '../limits.ts';
import { builder, type Types } from './builder.ts';
import { Unreadable, unreadableFields } from './unreadable.ts';

const PageInfo = builder.objectRef<Page<unknown>>('PageInfo').implement({
  description: '分页信息。',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: '是否还有下一页。' }),
    endCursor: t.string({
      nullable: true,
      description: '本页最后一条的游标，作为下一页的 after。',
      resolve: (page) => page.edges.at(-1)?.cursor ?? null,
    }),
  }),
});

/** The connection type of a list of `node`. */
export function connectionOf<T>(
  name: string,
  label: string,
  node: ObjectRef<PothosSchemaTypes.ExtendDefaultTypes<Types>, T>,
) {
  const Edge = builder.objectRef<Page<T>['edges'][number]>(`${name}Edge`).implement({
    description: `${label}列表中的一条。`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: '游标。' }),
      node: t.field({ type: node, description: label, resolve: (edge) => edge.node as never }),
    }),
  });
  return builder.objectRef<Page<T>>(`${name}Connection`).implement({
    description: `${label}列表的一页。`,
    fields: (t) => ({
      nodes: t.field({
        type: [node],
        description: '本页的记录。',
        resolve: (page) => page.edges.map((edge) => edge.node) as never,
      }),
      edges: t.field({
        type: [Edge],
        description: '本页的记录及其游标。',
        resolve: (page) => [...page.edges],
      }),
      pageInfo: t.field({ type: PageInfo, description: '分页信息。', resolve: (page) => page }),
      totalCount: t.int({ description: '符合条件的总数。', resolve: (page) => page.count() }),
    }),
  });
}

/** The two arguments of every list. */
export const pageArguments = (arg: ArgBuilder<PothosSchemaTypes.ExtendDefaultTypes<Types>>) => ({
  first: arg.int({
    defaultValue: limits.pageSizeDefault,
    description: `每页条数，1 到 ${limits.pageSizeMax}，默认 ${limits.pageSizeDefault}。`,
  }),
  after: arg.string({ required: false, description: '上一页的 endCursor。' }),
});

/**
 * Reads the arguments of a list.
 *
 * @throws GraphQLError BAD_USER_INPUT that names the argument
 */
export function pageRequest(args: {
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: unknown;
}): PageRequest {
  const first = args.first ?? limits.pageSizeDefault;
  if (first < 1 || first > limits.pageSizeMax)
    throw badArgument('first', `first 应在 1 到 ${limits.pageSizeMax} 之间。`);
  const after = args.after ? decodeCursor(args.after) : null;
  if (args.after && !after) throw badArgument('after', 'after 不是有效的游标。');
  const [fault] = unreadableFields(args.filter, 'filter');
  if (fault) throw badArgument(fault.path, fault.message);
  return { first, after };
}

export function badArgument(argument: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', argument } });
}

/** For scalar arguments of queries, which no command reads. */
export function readable<T>(argument: string, value: T): T {
  if (value instanceof Unreadable) throw badArgument(argument, value.reason);
  return value;
}
