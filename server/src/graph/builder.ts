import SchemaBuilder from '@pothos/core';
import ErrorsPlugin from '@pothos/plugin-errors';
import { GraphQLError } from 'graphql';
import { formatInstant, isDay, parseInstant } from '../kernel/clock.ts';
import { creditCodeFault, normaliseCreditCode } from '../kernel/credit-code.ts';
import { normaliseMobile } from '../kernel/mobile.ts';
import { formatYuan, parseRate, parseYuan } from '../kernel/money.ts';
import type { Context } from './context.ts';
import { Unreadable } from './unreadable.ts';

export interface Types {
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    /** Fen inside, yuan outside. */
    Money: { Input: number; Output: number };
    Rate: { Input: string; Output: string };
    Date: { Input: string; Output: string };
    /** Milliseconds inside. */
    DateTime: { Input: number; Output: number };
    CreditCode: { Input: string; Output: string };
    Mobile: { Input: string; Output: string };
    ExchangeValue: { Input: string | number; Output: string | number };
  };
}

export const builder = new SchemaBuilder<Types>({
  plugins: [ErrorsPlugin],
  defaultFieldNullability: false,
  errors: { directResult: true },
});

export type Builder = typeof builder;

builder.queryType({ description: '查询。看不到的记录与不存在的记录没有区别。' });
builder.mutationType({ description: '操作。每个操作只有一个 input，返回被改变的对象或拒绝原因。' });
builder.subscriptionType({ description: '订阅（SSE）。' });

/** Reads a text scalar; what is not a text at all is a fault of the request, not of what somebody typed. */
function textScalar<T>(name: string, read: (text: string) => T | null, reason: string) {
  return (value: unknown): T => {
    if (typeof value !== 'string')
      throw new GraphQLError(`${name} 应为字符串`, { extensions: { code: 'BAD_USER_INPUT' } });
    const parsed = read(value);
    return parsed === null ? (new Unreadable(reason) as T) : parsed;
  };
}

builder.scalarType('Money', {
  description: '金额，单位元，两位小数的字符串，如 "400.00"。不为负。',
  serialize: formatYuan,
  parseValue: textScalar('Money', parseYuan, '金额应为不小于 0、最多两位小数的数字，如 400.00'),
});
builder.scalarType('Rate', {
  description: '费率，小数字符串，如 "0.04" 表示 4%。',
  serialize: (rate) => rate,
  parseValue: textScalar('Rate', parseRate, '费率应为 0 到 1 之间的小数，如 0.04'),
});
builder.scalarType('Date', {
  description: '日期，YYYY-MM-DD，如 "2026-11-24"。',
  serialize: (day) => day,
  parseValue: textScalar(
    'Date',
    (text) => (isDay(text) ? text : null),
    '日期应为真实存在的 YYYY-MM-DD，如 2026-11-24',
  ),
});
builder.scalarType('DateTime', {
  description: '时刻，RFC 3339，北京时间，如 "2026-11-24T09:00:00.000+08:00"。',
  serialize: formatInstant,
  parseValue: textScalar('DateTime', parseInstant, '时刻应带时区，如 2026-11-24T09:00:00+08:00'),
});
builder.scalarType('CreditCode', {
  description: '统一社会信用代码，18 位，校验位须正确（GB 32100）。',
  serialize: (code) => code,
  parseValue: (value) => {
    if (typeof value !== 'string')
      throw new GraphQLError('CreditCode 应为字符串', { extensions: { code: 'BAD_USER_INPUT' } });
    const code = normaliseCreditCode(value);
    const fault = creditCodeFault(code);
    return fault === null ? code : (new Unreadable(fault) as unknown as string);
  },
});
builder.scalarType('Mobile', {
  description: '手机号，11 位；+86、空格、全角数字均可。',
  serialize: (mobile) => mobile,
  parseValue: textScalar('Mobile', normaliseMobile, '请输入正确的 11 位手机号'),
});
builder.scalarType('ExchangeValue', {
  description: '交易中心数据交换中的值：字符串或数字。超过 2^53 的数字请用字符串。',
  serialize: (value) => value,
  parseValue: (value) => {
    if (typeof value === 'string' || typeof value === 'number') return value;
    throw new GraphQLError('ExchangeValue 应为字符串或数字', { extensions: { code: 'BAD_USER_INPUT' } });
  },
});

/** An enum from a closed list and the Chinese label of each value. */
export function enumOf<const V extends string>(
  name: string,
  description: string,
  labels: Readonly<Record<V, string>>,
) {
  const values = Object.fromEntries(
    Object.entries<string>(labels).map(([value, label]) => [value, { value, description: label }]),
  ) as Record<V, { value: V; description: string }>;
  return builder.enumType(name, { description, values });
}
