import { beforeEach, describe, expect, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { newId } from '../../kernel/id.ts';
import { sceneOf, startedOrder } from '../order/order.fixture.ts';
import { issuedOrder } from '../payment/payment.fixture.ts';
import { importBidSections, postponeBidSection, suspendBidSection } from '../section/section.service.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
let h: Harness;
beforeEach(async () => {
  h = await createHarness();
});

const refusal = '... on Error { code } ... on InvalidInput { issues { path message } }';
const SAVE = `mutation ($input: SaveBidSectionInput!) { saveBidSection(input: $input) {
  ... on BidSection { id saved { reminder reminderLabel } } ${refusal} } }`;
const UNSAVE = `mutation ($input: UnsaveBidSectionInput!) { unsaveBidSection(input: $input) {
  ... on BidSection { id saved { reminder } } ${refusal} } }`;
const PROJECTS = `query ($filter: ProjectFilter, $first: Int, $after: String) {
  projects(filter: $filter, first: $first, after: $after) { totalCount
    nodes { section { id saved { reminder } } orders { id state } } pageInfo { hasNextPage endCursor } } }`;
const save = async (who: Person, sectionId: string, reminder?: string) =>
  (await h.as(who)(SAVE, { input: { sectionId, reminder } })).data.saveBidSection;
const projectsOf = async (who: Person, variables: Record<string, unknown> = {}) =>
  (await h.as(who)(PROJECTS, variables)).data.projects;
const newsOf = async (who: Person): Promise<string[]> => {
  await h.app.worker.workOff();
  const { messages } = (await h.as(who)('{ messages(first: 100) { nodes { title } } }')).data;
  return messages.nodes.map(({ title }: { title: string }) => title);
};
const centre = { kind: 'API_CLIENT', id: newId('api'), scopes: ['sections:write'], insurerId: null } as const;

describe('my projects', () => {
  test('are the sections that the enterprise saved or applied for, with its own orders', async () => {
    const scene = await sceneOf(h);
    const orderId = await startedOrder(scene);
    const saved = await h.given.section();
    h.pass(1000);
    expect(await save(scene.bidder, saved.id)).toEqual({
      id: saved.id,
      saved: { reminder: 'ONE_DAY', reminderLabel: '截止前 1 天' },
    });
    const all = await projectsOf(scene.bidder);
    expect(all.nodes).toEqual([
      { section: { id: saved.id, saved: { reminder: 'ONE_DAY' } }, orders: [] },
      { section: { id: scene.section.id, saved: null }, orders: [{ id: orderId, state: 'DRAFT' }] },
    ]);
    expect(all.totalCount).toBe(2);
    const first = await projectsOf(scene.bidder, { first: 1 });
    const second = await projectsOf(scene.bidder, { first: 1, after: first.pageInfo.endCursor });
    expect([...first.nodes, ...second.nodes]).toEqual(all.nodes);
    expect((await projectsOf(scene.bidder, { filter: { saved: true } })).totalCount).toBe(1);
    expect((await projectsOf(scene.bidder, { filter: { states: ['OPENED'] } })).totalCount).toBe(0);
    expect((await projectsOf(await h.given.bidder())).totalCount).toBe(0);
  });

  test('are saved once, with another reminder if asked, and are taken off again', async () => {
    const bidder = await h.given.bidder();
    const colleague = await h.given.user('BIDDER', { enterpriseId: bidder.enterpriseId });
    const { id } = await h.given.section();
    await save(bidder, id, 'TWO_HOURS');
    expect((await save(colleague, id)).saved.reminder).toBe('TWO_HOURS');
    expect((await save(colleague, id, 'NONE')).saved.reminder).toBe('NONE');
    expect((await h.rows()).saved_sections).toBe(1);
    const { data } = await h.as(bidder)(UNSAVE, { input: { sectionId: id } });
    expect(data.unsaveBidSection).toEqual({ id, saved: null });
    expect((await h.rows()).saved_sections).toBe(0);
  });

  test('take no section that is not there, and none of who is not certified', async () => {
    const { id } = await h.given.section();
    const before = await h.rows();
    expect(await save(await h.given.bidder(), newId('sec'))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await save(await h.given.newcomer(), id)).toMatchObject({ code: 'NOT_CERTIFIED' });
    const { errors } = await h.as(await h.given.operator())(SAVE, { input: { sectionId: id } });
    expect(errors?.[0].extensions.code).toBe('FORBIDDEN');
    const after = await h.rows();
    expect({ ...after, users: 0, enterprises: 0, sessions: 0 }).toEqual({
      ...before,
      users: 0,
      enterprises: 0,
      sessions: 0,
    });
  });
});

describe('the reminder of a deadline', () => {
  const remindersOf = async (who: Person) =>
    (await newsOf(who)).filter((title) => title === '投标即将截止').length;

  test('comes once, as long before as was chosen, by message and SMS', async () => {
    const { id } = await h.given.section({ inDays: 0.4 });
    const late = await h.given.section({ inDays: 0.4 });
    const bidder = await h.given.bidder();
    await save(bidder, id);
    await save(bidder, late.id, 'TWO_HOURS');
    expect(await remindersOf(bidder)).toBe(1);
    expect(await remindersOf(bidder)).toBe(1);
    const before = (await h.rows()).outbox;
    h.pass(7.7 * hourMs);
    await h.app.worker.workOff();
    expect((await h.rows()).outbox).toBe((before ?? 0) + 1);
    expect((await h.rows()).messages).toBe(2);
  });

  test('comes of a section that was only applied for, once, unless it is switched off or the guarantee is there', async () => {
    const scene = await sceneOf(h, { section: { inDays: 1.01 } });
    await startedOrder(scene);
    const quiet = await sceneOf(h, { section: { inDays: 1.01 } });
    await startedOrder(quiet);
    await save(quiet.bidder, quiet.section.id, 'NONE');
    const done = await issuedOrder(h, { section: { inDays: 1.01 } });
    await h.app.worker.workOff();
    expect(await h.content()).not.toContain('投标即将截止');
    const sms = async () => (await h.rows()).outbox ?? 0;
    const before = await sms();
    h.pass(0.02 * dayMs);
    await h.app.worker.workOff();
    await h.app.worker.workOff();
    expect(await sms()).toBe(before + 1);
    expect(await remindersOf(scene.bidder)).toBe(1);
    // To choose afterwards repeats nothing, and neither does to leave it.
    await save(scene.bidder, scene.section.id);
    expect(await remindersOf(scene.bidder)).toBe(1);
    await h.as(scene.bidder)(UNSAVE, { input: { sectionId: scene.section.id } });
    expect(await remindersOf(scene.bidder)).toBe(1);
    for (const { bidder } of [quiet, done]) expect(await remindersOf(bidder)).toBe(0);
  });

  test('moves with a postponement', async () => {
    const { id } = await h.given.section({ inDays: 0.4 });
    const bidder = await h.given.bidder();
    await save(bidder, id);
    expect(await remindersOf(bidder)).toBe(1);
    const deadlineAt = h.now() + 1.01 * dayMs;
    await h.actAs(centre, (command) => postponeBidSection(command, { id, deadlineAt, openAt: deadlineAt }));
    expect(await remindersOf(bidder)).toBe(1);
    h.pass(0.02 * dayMs);
    expect(await remindersOf(bidder)).toBe(2);
  });

  test('is not sent where the section stands still, nobody wants it, or the guarantee is there', async () => {
    const suspended = await h.given.section({ inDays: 0.4 });
    const unwanted = await h.given.section({ inDays: 0.4 });
    const bidder = await h.given.bidder();
    await save(bidder, suspended.id);
    await save(bidder, unwanted.id, 'NONE');
    await h.actAs(centre, (command) => suspendBidSection(command, { id: suspended.id, reason: '答疑' }));
    expect(await remindersOf(bidder)).toBe(0);

    const order = await issuedOrder(h);
    await save(order.bidder, order.section.id, 'THREE_DAYS');
    h.pass((order.section.deadlineAt ?? 0) - h.now() - dayMs);
    await h.app.worker.workOff();
    expect(await h.content()).not.toContain('投标即将截止');
  });
});

describe('what changed in a section', () => {
  const CHANGES = `query ($id: ID!) { bidSection(id: $id) { changes {
    event { event actorLabel note } changes { field label before after } } } }`;

  test('is told field by field, with who changed it, and to those who saved it once', async () => {
    const section = await h.given.section({ code: 'CHG-1', inDays: 20 });
    const bidder = await h.given.bidder();
    await save(bidder, section.id);
    const deadlineAt = Date.UTC(2026, 11, 20, 1);
    await h.actAs(centre, async (command) => {
      await postponeBidSection(command, {
        id: section.id,
        deadlineAt,
        openAt: deadlineAt,
        reason: '答疑延期',
      });
    });
    await h.actAs(centre, (command) => suspendBidSection(command, { id: section.id, reason: '投诉' }));
    const again = (stamp: string, margin: string) =>
      h.actAs(centre, (command) =>
        importBidSections(command, section.source, [
          {
            BID_SECTION_CODE: 'CHG-1',
            BID_SECTION_NAME: section.name,
            TENDER_PROJECT_NAME: section.projectName,
            TENDERER_NAME: section.tendererName,
            TENDER_PROJECT_CODE: section.projectCode,
            REGION_CODE: section.regionCode,
            BID_DOC_REFER_END_TIME: '2026-12-20 09:00:00',
            BID_OPEN_TIME: '2026-12-20 09:00:00',
            VALID_PERIOD: '90',
            MARGIN_AMOUNT: margin,
            DATA_TIMESTAMP: stamp,
          },
        ]),
      );
    await again('20261201000000', '80000');
    await again('20261202000000', '80000');
    const { changes } = (await h.as(null)(CHANGES, { id: section.id })).data.bidSection;
    expect(changes).toEqual([
      {
        event: { event: 'POSTPONE', actorLabel: '交易中心', note: '答疑延期' },
        changes: [
          {
            field: 'deadlineAt',
            label: '投标截止时间',
            before: '2026-12-14 10:00',
            after: '2026-12-20 09:00',
          },
          { field: 'openAt', label: '开标时间', before: '2026-12-14 10:00', after: '2026-12-20 09:00' },
          {
            field: 'deposits.BID.deadline',
            label: '投标保证金截止时间',
            before: '2026-12-14 10:00',
            after: '2026-12-20 09:00',
          },
        ],
      },
      {
        event: { event: 'SUSPEND', actorLabel: '交易中心', note: '投诉' },
        changes: [{ field: 'state', label: '标段状态', before: '未开标', after: '已暂停' }],
      },
      {
        event: { event: 'REANNOUNCE', actorLabel: '交易中心', note: null },
        changes: [
          {
            field: 'deposits.BID.amount',
            label: '投标保证金金额',
            before: '100,000.00 元',
            after: '80,000.00 元',
          },
        ],
      },
    ]);
    expect((await newsOf(bidder)).sort()).toEqual([
      '收藏的标段已延期',
      '收藏的标段已暂停',
      '收藏的标段有变更',
    ]);
    expect((await newsOf(bidder)).length).toBe(3);
  });
});
