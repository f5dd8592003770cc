import { expect, test } from 'vitest';
import {
  BID_SECTION_STATES,
  DEPOSIT_KINDS,
  DOCUMENT_KINDS,
  PREMIUM_FORMULAS,
  PROJECT_TYPES,
} from '../db/vocabulary.ts';
import { shanghaiDay } from '../kernel/clock.ts';
import { creditCodeFault } from '../kernel/credit-code.ts';
import { premium, tiersFault } from '../kernel/premium.ts';
import { districtsOf } from '../kernel/regions.ts';
import { isWorkday } from '../kernel/workdays.ts';
import { limits } from '../limits.ts';
import { type ParsedSection, readExchangeRow } from '../modules/section/exchange.ts';
import { demoBroker, platformDocuments, productDocuments } from './documents.ts';
import { demoInsurers, demoProducts } from './insurers.ts';
import { demoContractors } from './organisations.ts';
import { demoSectionEvents, demoSections } from './sections.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const nowMs = Date.parse('2026-11-24T10:15:00+08:00');

const sectionsAt = (instantMs: number): ParsedSection[] =>
  demoSections(instantMs).map((row) => {
    const read = readExchangeRow(row);
    if (!read.ok) throw new Error(`${row.BID_SECTION_CODE}: ${read.field} ${read.code} ${read.message}`);
    return read.section;
  });
const sections = sectionsAt(nowMs);
const events = demoSectionEvents(demoSections(nowMs), nowMs);

test('the reader of the exchange takes every row, whatever day and hour it is', () => {
  // Some of these days lie in or after long holidays.
  for (const at of ['2026-02-23T00:00:00+08:00', '2026-10-08T23:59:59+08:00', '2028-06-10T12:00:00+08:00'])
    expect(sectionsAt(Date.parse(at)).length).toBeGreaterThanOrEqual(320);
});

test('the rows cover every area, project type and kind of deposit, each code once', () => {
  const areas = districtsOf('210500').map(({ code }) => code);
  expect(new Set(sections.map(({ regionCode }) => regionCode))).toEqual(new Set(areas));
  expect(areas).toHaveLength(7);
  expect(new Set(sections.map(({ projectType }) => projectType))).toEqual(new Set(PROJECT_TYPES));
  for (const kind of DEPOSIT_KINDS) {
    const asking = sections.filter(({ deposits }) => deposits.some((deposit) => deposit.kind === kind));
    expect(asking.length, kind).toBeGreaterThanOrEqual(kind === 'BID' ? sections.length * 0.9 : 80);
  }
  expect(new Set(sections.map(({ code }) => code)).size).toBe(sections.length);
  expect(new Set(sections.map(({ name }) => name)).size).toBe(sections.length);
});

test('the same instant gives the same rows and events, and another instant the same projects', () => {
  expect(demoSections(nowMs)).toEqual(demoSections(nowMs));
  expect(demoSectionEvents(demoSections(nowMs), nowMs)).toEqual(events);
  const later = demoSections(nowMs + 40 * DAY_MS);
  expect(later.map((row) => row.BID_SECTION_NAME)).toEqual(sections.map(({ name }) => name));
});

test('codes of owners are mostly valid, sometimes of another making, sometimes absent', () => {
  const codes = sections.map(({ tendererCode }) => tendererCode);
  const valid = codes.filter((code) => code !== null && creditCodeFault(code) === null).length;
  const absent = codes.filter((code) => code === null).length;
  expect(valid).toBeGreaterThan(sections.length / 2);
  expect(absent).toBeGreaterThan(0);
  expect(codes.length - valid - absent).toBeGreaterThan(0);
  for (const { code } of demoContractors) expect(creditCodeFault(code)).toBeNull();
});

test('the events bring about every state and leave about six in ten sections announced', () => {
  const stateAfter = {
    OPEN: 'OPENED',
    AWARD: 'AWARDED',
    FAIL: 'FAILED',
    SUSPEND: 'SUSPENDED',
    POSTPONE: 'ANNOUNCED',
  };
  const states = new Map(sections.map(({ code }) => [code, 'ANNOUNCED']));
  for (const { code, event } of events) {
    if (event === 'AWARD') expect(states.get(code)).toBe('OPENED');
    states.set(code, stateAfter[event]);
  }
  expect(new Set(states.values())).toEqual(new Set(BID_SECTION_STATES));
  expect(states.size).toBe(sections.length);
  const announced = sections.filter(({ code }) => states.get(code) === 'ANNOUNCED');
  expect(announced.length / sections.length).toBeGreaterThan(0.55);
  expect(announced.length / sections.length).toBeLessThan(0.7);

  const postponed = new Map(
    events.flatMap((event) =>
      event.event === 'POSTPONE' ? [[event.code, event.deadlineAtMs] as const] : [],
    ),
  );
  expect(postponed.size).toBeGreaterThan(0);
  for (const { code, deadlineAt } of announced) {
    const daysAhead = ((postponed.get(code) ?? deadlineAt) - nowMs) / DAY_MS;
    expect(daysAhead).toBeGreaterThan(3);
    expect(daysAhead).toBeLessThan(60);
  }
});

test('events lie between the announcement and now, in their order, and name sections of the rows', () => {
  const byCode = new Map(sections.map((section) => [section.code, section]));
  let lastMs = 0;
  for (const event of events) {
    const section = byCode.get(event.code);
    expect(event.atMs).toBeGreaterThanOrEqual(lastMs);
    expect(event.atMs).toBeLessThan(nowMs);
    expect(event.atMs).toBeGreaterThan(section?.dataTimestamp ?? Number.POSITIVE_INFINITY);
    if (event.event === 'OPEN') expect(event.openedAtMs).toBeGreaterThanOrEqual(section?.openAt ?? Infinity);
    lastMs = event.atMs;
  }
  const [first] = demoSections(nowMs);
  const ofFirst = first === undefined ? [] : demoSectionEvents([first], nowMs);
  expect(ofFirst.every(({ code }) => code === first?.BID_SECTION_CODE)).toBe(true);
});

test('deadlines fall on working days, and openings with them or half an hour later', () => {
  for (const { deadlineAt, openAt } of sections) {
    expect(isWorkday(shanghaiDay(deadlineAt))).not.toBe(false);
    expect([0, 30 * 60 * 1000]).toContain((openAt ?? 0) - deadlineAt);
  }
});

test('all that could be taken for real is marked as a demonstration', () => {
  const named = [
    ...sections.flatMap(({ tendererName, agencyName }) => [tendererName, agencyName]),
    ...events.flatMap((event) => (event.event === 'AWARD' ? [event.winnerName] : [])),
    ...demoInsurers.flatMap(({ name, account }) => [name, account.accountName]),
    demoBroker.name,
  ];
  for (const name of named) if (name !== null) expect(name).toMatch(/（演示）$/);
  for (const { account } of demoInsurers) expect(account.accountNumber).toMatch(/^0000\d{12}$/);
});

test('every insurer offers every kind of deposit, with every formula among the products', () => {
  expect(demoInsurers.map(({ form }) => form).toSorted()).toEqual([
    ...Array(4).fill('INSURANCE'),
    ...Array(2).fill('SURETY'),
  ]);
  for (const { key, form } of demoInsurers) {
    const own = demoProducts.filter(({ insurerKey }) => insurerKey === key);
    expect(own.map(({ depositKind }) => depositKind)).toEqual([...DEPOSIT_KINDS]);
    for (const product of own) expect(product.form).toBe(form);
  }
  expect(demoProducts).toHaveLength(30);
  expect(new Set(demoProducts.map(({ formula }) => formula))).toEqual(new Set(PREMIUM_FORMULAS));
  expect(new Set(demoProducts.map(({ name }) => name)).size).toBe(demoProducts.length);
});

test('every product can price a deposit, but those that are priced by hand', () => {
  for (const { formula, rate, tiers, minimumFen } of demoProducts) {
    if (tiers !== null) expect(tiersFault(tiers)).toBeNull();
    const priced = premium({ formula, rate, tiers, minimumFen, sumInsuredFen: 20_000_000, days: 90 });
    expect(priced === null).toBe(formula === 'MANUAL');
    expect(minimumFen).toBeGreaterThanOrEqual(200_00);
    expect(minimumFen).toBeLessThanOrEqual(500_00);
  }
});

test('one product’s terms have twenty pages, as real ones do', () => {
  const [long, ...others] = demoProducts.filter(({ hasAnnexes }) => hasAnnexes);
  expect(others).toEqual([]);
  const terms = productDocuments({
    insurerName: '某机构',
    productName: long?.name ?? '',
    depositKind: 'PERFORMANCE',
    form: 'INSURANCE',
    brokerName: demoBroker.name,
    withAnnexes: true,
  }).find(({ kind }) => kind === 'POLICY_TERMS');
  expect(terms?.pages).toHaveLength(20);
  expect(new Set(terms?.pages).size).toBe(20);
});

test('logos are small drawings without scripts, references or text', () => {
  for (const { logoSvg } of demoInsurers) {
    expect(logoSvg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 120 40".*<\/svg>$/s);
    expect(logoSvg).not.toMatch(/script|href|on\w+=|<text|url\(/i);
    expect(logoSvg.length).toBeLessThan(1000);
  }
});

const platform = platformDocuments({
  platformName: '测试平台',
  centreName: '测试交易中心',
  brokerName: demoBroker.name,
  brokerLicenseNumber: demoBroker.licenseNumber,
});
const ofProducts = demoProducts.map((product) => {
  const insurerName = demoInsurers.find(({ key }) => key === product.insurerKey)?.name ?? '';
  const documents = productDocuments({
    insurerName,
    productName: product.name,
    depositKind: product.depositKind,
    form: product.form,
    brokerName: demoBroker.name,
  });
  return { product, insurerName, documents };
});

test('every kind of document has a text of two to four pages within the limits', () => {
  const kinds = [...platform, ...(ofProducts[0]?.documents ?? [])].map(({ kind }) => kind);
  expect(kinds.toSorted()).toEqual(DOCUMENT_KINDS.toSorted());
  for (const { kind, title, pages } of [...platform, ...ofProducts.flatMap(({ documents }) => documents)]) {
    expect(title).not.toBe('');
    expect(pages.length, kind).toBeGreaterThanOrEqual(2);
    expect(pages.length, kind).toBeLessThanOrEqual(4);
    expect(pages[0]).toMatch(/^【演示文本】/);
    for (const page of pages) {
      expect(page.length).toBeLessThan(limits.documentPageCharactersMax);
      expect(page, kind).not.toMatch(/undefined|\[object|[,;?!]|\n{3}/);
    }
  }
});

test('a product’s documents name the insurer in full, and a surety’s insure nobody', () => {
  for (const { product, insurerName, documents } of ofProducts) {
    for (const { kind, pages } of documents) {
      const text = pages.join('\n');
      expect(text, kind).toContain(insurerName);
      if (product.form === 'SURETY') expect(text, kind).not.toMatch(/被保险人|保险费|保险期间|投保单/);
    }
  }
});

test('the special terms carry every cause of surrender', () => {
  for (const { documents } of ofProducts) {
    const text = documents.find(({ kind }) => kind === 'SPECIAL_TERMS')?.pages.join('\n');
    for (const cause of ['招标项目暂停', '招标失败或者招标终止', '投标人放弃投标', '开标之后，招标失败'])
      expect(text).toContain(cause);
  }
});
