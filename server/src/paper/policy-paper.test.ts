import { expect, test } from 'vitest';
import { samplePolicy } from './policy-paper.fixture.ts';
import { policyDocument, SPECIMEN_TEXT } from './policy-paper.ts';

function textOf(policy = samplePolicy): string {
  const document = policyDocument(policy);
  return JSON.stringify([document.content, document.info]);
}

test('an insurance is titled a policy, any other form a letter of guarantee', () => {
  expect(textOf()).toContain('投标保证保险电子保函（保险单）');
  const letter = textOf({
    ...samplePolicy,
    formLabel: '担保保函',
    depositKindLabel: '履约保证金',
    clauses: [],
  });
  expect(letter).toContain('履约电子保函');
  expect(letter).toContain('受益人');
  expect(letter).not.toMatch(/被保险人|保险单|保险金额/);
});

test('the cover period names both of its days and their number', () => {
  expect(textOf()).toContain('自 2026-12-01 零时起至 2027-02-28 二十四时止，共 90 天');
});

test('amounts stand in grouped figures and in words', () => {
  const text = textOf();
  expect(text).toContain('¥800,000.00');
  expect(text).toContain('人民币捌拾万元整');
  expect(text).toContain('¥3,018.87');
  expect(text).toContain('¥181.13');
});

test('only a policy of the sandbox carries the specimen mark', () => {
  expect(policyDocument(samplePolicy).watermark).toMatchObject({ text: SPECIMEN_TEXT });
  expect(policyDocument({ ...samplePolicy, sandbox: false }).watermark).toBeUndefined();
});

test('an insured without a code is said to have given none', () => {
  expect(textOf({ ...samplePolicy, insuredCreditCode: null })).toContain('未提供');
});

test('control characters and direction marks do not reach the paper', () => {
  const text = textOf({ ...samplePolicy, applicantName: '示例\u202e公司\u0000\n集团\u200b' });
  expect(text).toContain('示例公司 集团');
});

test('the same data give the same document', () => {
  expect(textOf()).toBe(textOf());
});
