import { expect, test } from 'vitest';
import { type ExchangeRow, type ReadSection, readExchangeFile, readExchangeRow } from './exchange.ts';

const row = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  BID_SECTION_CODE: 'TEST-0001-01',
  BID_SECTION_NAME: '衍水河堤岸加固工程（一标段）',
  REGION_CODE: '210503',
  BID_DOC_REFER_END_TIME: '2027-05-10 09:00:00',
  BID_OPEN_TIME: '20270510093000',
  DATA_TIMESTAMP: '20270401120000',
  ...changes,
});

const sectionOf = (read: ReadSection) => {
  if (!read.ok) throw new Error(`${read.field} ${read.code} ${read.message}`);
  return read.section;
};

const faultOf = (changes: Record<string, unknown>) => {
  const read = readExchangeRow(row(changes));
  return read.ok ? 'read' : `${read.field} ${read.code}`;
};

const utf8 = (text: string) => new TextEncoder().encode(text);

test('a whole row is read in both date formats', () => {
  const full: ExchangeRow = {
    TENDER_PROJECT_CODE: 'TEST-0001',
    TENDER_PROJECT_NAME: '衍水河堤岸加固工程',
    BID_SECTION_CODE: ' TEST-0001-01 ',
    BID_SECTION_NAME: '衍水河堤岸加固工程\n（一标段）',
    PROJECT_TYPE: 'WATER',
    TENDERER_NAME: '衍水河治理中心',
    TENDERER_CODE: ' ｑhtyx0000000001',
    TENDER_AGENCY_NAME: '',
    REGION_CODE: 210503,
    BID_DOC_REFER_END_TIME: '2027-05-10 09:00:00',
    BID_OPEN_TIME: '20270510093000',
    VALID_PERIOD: 90,
    MARGIN_AMOUNT: '23',
    MARGIN_UNIT: '万元',
    CONTROL_PRICE: '12000000.5',
    NOTICE_NAME: '衍水河堤岸加固工程招标公告',
    NOTICE_SEND_TIME: '2027-04-01 12:00:00',
    DATA_TIMESTAMP: 20270401120500,
    DEPOSITS: [
      { KIND: 'QUALITY' },
      { KIND: 'PERFORMANCE', AMOUNT: 1200000.05, UNIT: '元', DEADLINE: '2027-06-30 16:00:00' },
    ],
  };
  expect(readExchangeRow(full)).toEqual({
    ok: true,
    section: {
      code: 'TEST-0001-01',
      name: '衍水河堤岸加固工程 （一标段）',
      projectCode: 'TEST-0001',
      projectName: '衍水河堤岸加固工程',
      projectType: 'WATER',
      tendererName: '衍水河治理中心',
      tendererCode: 'QHTYX0000000001',
      agencyName: null,
      regionCode: '210503',
      deadlineAt: Date.parse('2027-05-10T09:00:00+08:00'),
      openAt: Date.parse('2027-05-10T09:30:00+08:00'),
      validityDays: 90,
      controlPriceFen: 1_200_000_050,
      noticeName: '衍水河堤岸加固工程招标公告',
      noticeSentAt: Date.parse('2027-04-01T12:00:00+08:00'),
      dataTimestamp: Date.parse('2027-04-01T12:05:00+08:00'),
      deposits: [
        { kind: 'BID', amountFen: 23_000_000, deadlineAt: Date.parse('2027-05-10T09:00:00+08:00') },
        { kind: 'PERFORMANCE', amountFen: 120_000_005, deadlineAt: Date.parse('2027-06-30T16:00:00+08:00') },
        { kind: 'QUALITY', amountFen: null, deadlineAt: null },
      ],
    },
  });
});

test('a row with the required fields alone is read, and nothing is made up', () => {
  expect(sectionOf(readExchangeRow(row()))).toMatchObject({
    projectType: 'OTHER',
    projectCode: null,
    tendererName: null,
    validityDays: null,
    controlPriceFen: null,
    deposits: [],
  });
});

test.each([
  'BID_SECTION_CODE',
  'BID_SECTION_NAME',
  'REGION_CODE',
  'BID_DOC_REFER_END_TIME',
  'DATA_TIMESTAMP',
])('%s is required, and blank is absent', (field) => {
  for (const value of ['', '  ', null, undefined])
    expect(faultOf({ [field]: value })).toBe(`${field} REQUIRED`);
});

test('the time of the notice stands in for an absent data timestamp', () => {
  const read = readExchangeRow(row({ DATA_TIMESTAMP: '', NOTICE_SEND_TIME: '2027-04-02 08:00:00' }));
  expect(sectionOf(read).dataTimestamp).toBe(Date.parse('2027-04-02T08:00:00+08:00'));
});

test.each<[Record<string, unknown>, string]>([
  [{ BID_SECTION_CODE: 'x'.repeat(65) }, 'BID_SECTION_CODE INVALID_TEXT'],
  [{ BID_SECTION_CODE: 'a\u0000b' }, 'BID_SECTION_CODE INVALID_TEXT'],
  [{ BID_SECTION_CODE: 2 ** 60 }, 'BID_SECTION_CODE INVALID_TEXT'],
  [{ BID_SECTION_NAME: { text: '名称' } }, 'BID_SECTION_NAME INVALID_TEXT'],
  [{ BID_SECTION_NAME: '长'.repeat(201) }, 'BID_SECTION_NAME INVALID_TEXT'],
  [{ PROJECT_TYPE: '水利' }, 'PROJECT_TYPE INVALID_TEXT'],
  [{ REGION_CODE: '990101' }, 'REGION_CODE UNKNOWN_REGION'],
  [{ BID_DOC_REFER_END_TIME: '2027-02-30 09:00:00' }, 'BID_DOC_REFER_END_TIME INVALID_DATE'],
  [{ BID_OPEN_TIME: '2027/05/10 09:00' }, 'BID_OPEN_TIME INVALID_DATE'],
  [{ BID_OPEN_TIME: '2027-05-10 08:59:59' }, 'BID_OPEN_TIME OPEN_BEFORE_DEADLINE'],
  [{ VALID_PERIOD: '90天' }, 'VALID_PERIOD INVALID_NUMBER'],
  [{ VALID_PERIOD: 0 }, 'VALID_PERIOD INVALID_NUMBER'],
  [{ VALID_PERIOD: 89.5 }, 'VALID_PERIOD INVALID_NUMBER'],
  [{ MARGIN_AMOUNT: '-1', MARGIN_UNIT: '元' }, 'MARGIN_AMOUNT INVALID_AMOUNT'],
  [{ MARGIN_AMOUNT: '1.005', MARGIN_UNIT: '元' }, 'MARGIN_AMOUNT INVALID_AMOUNT'],
  [{ MARGIN_AMOUNT: '1e3', MARGIN_UNIT: '元' }, 'MARGIN_AMOUNT INVALID_AMOUNT'],
  [{ MARGIN_AMOUNT: true, MARGIN_UNIT: '元' }, 'MARGIN_AMOUNT INVALID_AMOUNT'],
  [{ MARGIN_AMOUNT: '0'.repeat(100_000), MARGIN_UNIT: '元' }, 'MARGIN_AMOUNT INVALID_AMOUNT'],
  [{ MARGIN_AMOUNT: '1', MARGIN_UNIT: '美元' }, 'MARGIN_UNIT INVALID_UNIT'],
  [{ CONTROL_PRICE: '面议' }, 'CONTROL_PRICE INVALID_AMOUNT'],
  [{ DEPOSITS: 'BID' }, 'DEPOSITS INVALID_TEXT'],
  [{ DEPOSITS: [{ KIND: '履约' }] }, 'DEPOSITS[0].KIND INVALID_TEXT'],
  [{ DEPOSITS: [null] }, 'DEPOSITS[0].KIND INVALID_TEXT'],
  [{ DEPOSITS: [{ KIND: 'WAGE', AMOUNT: '一万' }] }, 'DEPOSITS[0].AMOUNT INVALID_AMOUNT'],
  [{ DEPOSITS: [{ KIND: 'WAGE', AMOUNT: '1', UNIT: '千元' }] }, 'DEPOSITS[0].UNIT INVALID_UNIT'],
  [{ DEPOSITS: [{ KIND: 'WAGE', DEADLINE: '明天' }] }, 'DEPOSITS[0].DEADLINE INVALID_DATE'],
  [{ QUALITY_AMOUNT: '1', QUALITY_DEADLINE: '20270101' }, 'QUALITY_DEADLINE INVALID_DATE'],
])('%j is refused: %s', (changes, fault) => {
  expect(faultOf(changes)).toBe(fault);
});

test('the first fault in the order of the fields is the one named, in Chinese and with the value', () => {
  expect(readExchangeRow(row({ REGION_CODE: '990101', VALID_PERIOD: 'x' }))).toEqual({
    ok: false,
    field: 'REGION_CODE',
    code: 'UNKNOWN_REGION',
    message: '行政区域代码（REGION_CODE）不是已知的行政区域：990101',
  });
});

test.each<[unknown, string | undefined, number | undefined]>([
  ['23', '万元', 23_000_000],
  ['5.1337', '万元', 5_133_700],
  [51337, '元', 5_133_700],
  ['51337.000000', '元', 5_133_700],
  ['51337.50', '元', 5_133_750],
  ['1000', undefined, 100_000],
  ['0', '元', undefined],
  ['0.00', '万元', undefined],
])('a margin of %s %s is %s fen', (amount, unit, amountFen) => {
  const read = readExchangeRow(row({ MARGIN_AMOUNT: amount, MARGIN_UNIT: unit }));
  expect(sectionOf(read).deposits[0]?.amountFen).toBe(amountFen);
});

test('the local area without a national code is a known region', () => {
  expect(sectionOf(readExchangeRow(row({ REGION_CODE: '2105GX' }))).regionCode).toBe('2105GX');
});

test('opening at the very deadline is in order', () => {
  expect(faultOf({ BID_OPEN_TIME: '2027-05-10 09:00:00' })).toBe('read');
});

test.each<[Record<string, unknown>, string, string]>([
  [{ MARGIN_AMOUNT: '20000.01' }, 'MARGIN_AMOUNT', '2%'],
  [{ PERFORMANCE_AMOUNT: '100000.01' }, 'PERFORMANCE_AMOUNT', '10%'],
  [{ WAGE_AMOUNT: '3.000001', WAGE_UNIT: '万元' }, 'WAGE_AMOUNT', '3%'],
  [{ DEPOSITS: [{ KIND: 'QUALITY', AMOUNT: '30000.01' }] }, 'DEPOSITS[0].AMOUNT', '3%'],
])(
  '%j over its share of an estimate of a million is refused with the rule named',
  (changes, field, share) => {
    const estimated = readExchangeRow(row({ ...changes, CONTROL_PRICE: '1000000' }));
    expect(estimated).toMatchObject({ ok: false, field, code: 'CAP_EXCEEDED' });
    expect(estimated).toHaveProperty('message', expect.stringMatching(`不.{0,20} ${share}$`));
    // Without an estimate nobody can say.
    expect(readExchangeRow(row({ ...changes, CONTROL_PRICE: '' })).ok).toBe(true);
  },
);

test('amounts at their caps are accepted, and an advance payment has none', () => {
  const deposits = {
    MARGIN_AMOUNT: '20000',
    PERFORMANCE_AMOUNT: '100000',
    ADVANCE_PAYMENT_AMOUNT: '300000',
    WAGE_AMOUNT: '30000',
    QUALITY_AMOUNT: '30000',
  };
  const { deposits: read } = sectionOf(readExchangeRow(row({ ...deposits, CONTROL_PRICE: '1000000' })));
  expect(read.map(({ kind }) => kind)).toEqual(['BID', 'PERFORMANCE', 'ADVANCE_PAYMENT', 'WAGE', 'QUALITY']);
});

test.each<[string | undefined, string, string]>([
  [undefined, '800000', '《工程建设项目施工招标投标办法》'],
  ['CONSTRUCTION', '800000', '《工程建设项目施工招标投标办法》'],
  ['GOODS', '800000', '《工程建设项目货物招标投标办法》'],
  ['SURVEY_DESIGN', '100000', '《工程建设项目勘察设计招标投标办法》'],
])(
  'in a tender of class %s a bid deposit of %s yuan is in order, and a fen more is not',
  (tenderClass, yuan, law) => {
    const estimate = { TENDER_CLASS: tenderClass, CONTROL_PRICE: '100000000' };
    expect(faultOf({ ...estimate, MARGIN_AMOUNT: yuan })).toBe('read');
    const over = readExchangeRow(row({ ...estimate, MARGIN_AMOUNT: `${yuan}.01` }));
    expect(over).toMatchObject({ ok: false, field: 'MARGIN_AMOUNT', code: 'CAP_EXCEEDED' });
    expect(over).toHaveProperty('message', expect.stringContaining(law));
  },
);

test('a tender of another class has the share alone, and an unknown class is no class', () => {
  const other = { TENDER_CLASS: 'OTHER', CONTROL_PRICE: '100000000' };
  expect(faultOf({ ...other, MARGIN_AMOUNT: '2000000' })).toBe('read');
  expect(faultOf({ ...other, MARGIN_AMOUNT: '2000000.01' })).toBe('MARGIN_AMOUNT CAP_EXCEEDED');
  expect(faultOf({ TENDER_CLASS: '施工' })).toBe('TENDER_CLASS INVALID_TEXT');
});

test('a wage deposit is not under half a percent of the estimate either', () => {
  const wage = (amount: string) => ({ MARGIN_AMOUNT: '0', WAGE_AMOUNT: amount, CONTROL_PRICE: '1000000' });
  expect(faultOf(wage('5000'))).toBe('read');
  expect(faultOf(wage('4999.99'))).toBe('WAGE_AMOUNT CAP_EXCEEDED');
});

test('a share is not rounded: 2 % of an estimate that gives no whole fen is exceeded by the next one', () => {
  const estimate = { CONTROL_PRICE: '1000000.49' };
  expect(faultOf({ ...estimate, MARGIN_AMOUNT: '20000' })).toBe('read');
  expect(faultOf({ ...estimate, MARGIN_AMOUNT: '20000.01' })).toBe('MARGIN_AMOUNT CAP_EXCEEDED');
});

test('a bid deposit over 800,000 yuan is refused without an estimate too', () => {
  expect(faultOf({ MARGIN_AMOUNT: '80', MARGIN_UNIT: '万元' })).toBe('read');
  expect(faultOf({ MARGIN_AMOUNT: '80.000001', MARGIN_UNIT: '万元' })).toBe('MARGIN_AMOUNT CAP_EXCEEDED');
});

test('the bid deposit may stand in the list, and twice only if both agree', () => {
  const listed = { DEPOSITS: [{ KIND: 'BID', AMOUNT: '1', UNIT: '万元' }] };
  expect(sectionOf(readExchangeRow(row(listed))).deposits).toEqual([
    { kind: 'BID', amountFen: 1_000_000, deadlineAt: Date.parse('2027-05-10T09:00:00+08:00') },
  ]);
  expect(faultOf({ ...listed, MARGIN_AMOUNT: 10000 })).toBe('read');
  expect(faultOf({ ...listed, MARGIN_AMOUNT: 9999 })).toBe('DEPOSITS[0].AMOUNT INVALID_AMOUNT');
});

test('JSON is read as an array or under sections, and long numbers keep their digits', () => {
  const text = '[{"BID_SECTION_CODE": 1484342247635894274, "MARGIN_AMOUNT": 5.10, "VALID_PERIOD": 90}]';
  const rows = [{ BID_SECTION_CODE: '1484342247635894274', MARGIN_AMOUNT: '5.10', VALID_PERIOD: 90 }];
  expect(readExchangeFile('list.json', utf8(text))).toEqual({ rows });
  expect(readExchangeFile('list', utf8(`\ufeff{"sections": ${text}}`))).toEqual({ rows });
});

test('CSV is read in UTF-8 with or without a byte order mark, quotes and empty columns included', () => {
  const text = 'BID_SECTION_CODE,BID_SECTION_NAME,\r\nT-1,"河堤, 一标段",\r\n\r\nT-2,二标段,\r\n,,\r\n';
  for (const bytes of [utf8(text), utf8(`\ufeff${text}`)]) {
    const file = readExchangeFile('list.csv', bytes);
    expect('rows' in file && file.rows).toMatchObject([
      { BID_SECTION_CODE: 'T-1', BID_SECTION_NAME: '河堤, 一标段' },
      { BID_SECTION_CODE: 'T-2', BID_SECTION_NAME: '二标段' },
    ]);
  }
});

test('CSV in GBK is read where UTF-8 does not fit', () => {
  // 标段 in GBK.
  const bytes = new Uint8Array([...utf8('BID_SECTION_CODE,BID_SECTION_NAME\nT-1,'), 0xb1, 0xea, 0xb6, 0xce]);
  expect(readExchangeFile('list.CSV', bytes)).toEqual({
    rows: [{ BID_SECTION_CODE: 'T-1', BID_SECTION_NAME: '标段' }],
  });
});

test('rows of a CSV file are read with their own columns for each deposit', () => {
  const file = readExchangeFile(
    'list.csv',
    utf8(
      [
        'BID_SECTION_CODE,BID_SECTION_NAME,REGION_CODE,BID_DOC_REFER_END_TIME,DATA_TIMESTAMP,WAGE_AMOUNT,WAGE_UNIT,WAGE_DEADLINE',
        'T-1,河堤一标段,210503,20270510090000,20270401000000,2.5,万元,2027-06-01 00:00:00',
      ].join('\n'),
    ),
  );
  const [first = {}] = 'rows' in file ? file.rows : [];
  expect(sectionOf(readExchangeRow(first)).deposits).toEqual([
    { kind: 'WAGE', amountFen: 2_500_000, deadlineAt: Date.parse('2027-06-01T00:00:00+08:00') },
  ]);
});

test.each<[string, Uint8Array, string]>([
  ['a.json', utf8('[{]'), '文件不是有效的 JSON'],
  ['a.json', utf8('{"rows": []}'), 'JSON 应为标段数组，或者含有 sections 数组的对象'],
  ['a.json', utf8('[{}, 3]'), 'JSON 的第 2 条记录不是对象'],
  ['a.csv', utf8('标段编号\nT-1'), 'CSV 的第一行应为字段名，其中应有 BID_SECTION_CODE'],
  ['a.csv', utf8('BID_SECTION_CODE,X,X\nT-1,1,2'), 'CSV 的表头中“X”出现了两次'],
  ['a.csv', utf8('BID_SECTION_CODE,X\nT-1,1\nT-2'), 'CSV 第 3 行格式不正确，请检查引号以及每行的列数'],
  ['a.csv', utf8(''), 'CSV 的第一行应为字段名，其中应有 BID_SECTION_CODE'],
  ['a.csv', new Uint8Array([0xff, 0xff, 0xff]), '文件既不是 UTF-8 也不是 GB 18030 编码，无法读取'],
])('a file that cannot be taken apart says why: %s %#', (name, bytes, fault) => {
  expect(readExchangeFile(name, bytes)).toEqual({ fault });
});
