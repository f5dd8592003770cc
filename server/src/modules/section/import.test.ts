import { expect, test } from 'vitest';
import { createHarness } from '../../../test/support/harness.ts';

const IMPORT = `mutation ($input: ImportBidSectionsInput!) { importBidSections(input: $input) {
  ... on BidSectionImport { created rejected { row field code message } } ... on Error { code message } } }`;

const row = (code: string, more: Record<string, unknown>) => ({
  BID_SECTION_CODE: code,
  BID_SECTION_NAME: `平山区测试工程${code}`,
  REGION_CODE: '210502',
  BID_DOC_REFER_END_TIME: '2027-03-01 09:00:00',
  DATA_TIMESTAMP: '20261120100000',
  CONTROL_PRICE: '1000000',
  ...more,
});

test('rows over a cap of the law are refused with field and law, and the others go on', async () => {
  const h = await createHarness();
  const centre = h.as(await h.given.apiClient(['sections:write']));
  const { data } = await centre(IMPORT, {
    input: {
      source: '测试来源',
      sections: [
        row('CAP-1', { MARGIN_AMOUNT: '2', MARGIN_UNIT: '万元' }),
        row('CAP-2', { MARGIN_AMOUNT: '20000.01' }),
        row('CAP-3', { DEPOSITS: [{ KIND: 'QUALITY', AMOUNT: 30000.01 }] }),
        row('CAP-4', { DEPOSITS: [{ KIND: 'PERFORMANCE', AMOUNT: '10', UNIT: '万元' }] }),
        row('CAP-5', { TENDER_CLASS: 'SURVEY_DESIGN', CONTROL_PRICE: '', MARGIN_AMOUNT: '100000.01' }),
      ],
    },
  });
  expect(data.importBidSections).toEqual({
    created: 2,
    rejected: [
      {
        row: 2,
        field: 'MARGIN_AMOUNT',
        code: 'CAP_EXCEEDED',
        message:
          '投标保证金 20,000.01 元超过招标控制价 1,000,000.00 元的 2%。《招标投标法实施条例》第二十六条：投标保证金不得超过招标项目估算价的 2%',
      },
      {
        row: 3,
        field: 'DEPOSITS[0].AMOUNT',
        code: 'CAP_EXCEEDED',
        message: expect.stringContaining('《建设工程质量保证金管理办法》第七条'),
      },
      {
        row: 5,
        field: 'MARGIN_AMOUNT',
        code: 'CAP_EXCEEDED',
        message: expect.stringContaining('《工程建设项目勘察设计招标投标办法》第二十四条'),
      },
    ],
  });
  expect((await h.rows()).bid_sections).toBe(2);
});
