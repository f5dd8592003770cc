import { z } from 'zod';
import { InvalidInput } from '../../command/refusals.ts';
import { isDay } from '../../kernel/clock.ts';
import { limits } from '../../limits.ts';

/** The filters of a list, read from an address: named as in GraphQL, several values with commas between. */

export const oneOf = <const T extends readonly string[]>(label: string, values: T) =>
  z.enum(values, { error: `${label}应为 ${values.join('、')} 之一` }).optional();

export const severalOf = <const T extends readonly string[]>(label: string, values: T) =>
  z
    .string()
    .transform((text) => text.split(',').filter((part) => part !== ''))
    .pipe(z.array(z.enum(values, { error: `${label}应为 ${values.join('、')} 中的一个或几个，以逗号分隔` })))
    .optional();

export const day = (label: string) =>
  z
    .string()
    .refine(isDay, { error: `${label}应为日期，如 2026-11-24` })
    .optional();

export const search = z.string().max(limits.nameCharactersMax, { error: '搜索文字过长' }).optional();

/**
 * A name that no filter has is refused: a list exported without the filter somebody meant would hold what it should not.
 *
 * Refuses: InvalidInput.
 */
export function readFilter<T extends z.ZodRawShape>(
  shape: T,
  given: URLSearchParams,
): z.infer<z.ZodObject<T>> {
  const values = Object.fromEntries(
    [...new Set(given.keys())].map((name) => [name, given.getAll(name).join(',')]),
  );
  const unknown = Object.keys(values).filter((name) => !Object.hasOwn(shape, name));
  const empty = Object.entries(values).filter(([, value]) => value === '');
  for (const [name] of empty) delete values[name];
  const read = z.object(shape).safeParse(values);
  const issues = [
    ...unknown.map((path) => ({ path, message: `没有“${path.slice(0, 40)}”这一筛选条件` })),
    ...(read.error?.issues ?? []).map(({ path, message }) => ({ path: String(path[0]), message })),
  ];
  if (unknown.length > 0 || !read.success) throw new InvalidInput(issues);
  return read.data;
}
