import { sql } from 'drizzle-orm';
import { unzipSync } from 'fflate';
import { beforeEach, describe, expect, test } from 'vitest';
import { newId, prefixOf } from '../../src/kernel/id.ts';
import { codeFor, registered } from '../../src/modules/account/account.fixture.ts';
import {
  agreed,
  OFFER,
  offerInput,
  REQUEST_MATERIAL,
  readyOrder,
  type Scene,
  START_SEVERAL,
  SUBMIT,
  SUPPLY,
  sceneOf,
  startedOrder,
  submittedOrder,
} from '../../src/modules/order/order.fixture.ts';
import {
  CONFIRM,
  EXCEPT,
  ISSUE,
  pdfUpload,
  REJECT,
  resultOf,
  SUBMIT_VOUCHER,
  voucherInput,
} from '../../src/modules/payment/payment.fixture.ts';
import { requestedSurrender } from '../../src/modules/surrender/surrender.fixture.ts';
import { openedTicket } from '../../src/modules/ticket/ticket.fixture.ts';
import type { Person } from '../support/given.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { everyIdentifyingMutation } from './every-mutation.ts';
import { type Candidates, everyProbe, everyQuestion, type Question } from './every-query.ts';

/*
 * Who bought a bid guarantee tells who will bid. Until the section is opened an order exists for its enterprise and the insurers it
 * chose alone; here everybody else is asked everything they can be asked, and nothing of their answers may depend on it.
 */

type OutsideRole =
  | 'anonymous'
  | 'rival'
  | 'newcomer'
  | 'operator'
  | 'regulator'
  | 'otherUnderwriter'
  | 'otherInsurer'
  | 'centre'
  | 'bank';

interface World {
  readonly h: Harness;
  readonly scene: Scene;
  /** Of the insurer that is chosen. */
  readonly underwriter: Person;
  readonly second: Person;
  readonly outsiders: Readonly<Record<OutsideRole, Person | null>>;
  /** Another certified enterprise that might have bought instead. */
  readonly other: Person;
}

/** Fourteen minutes: the clock can pass it while everybody stays signed in. */
const OPENS_IN_DAYS = 0.01;
const PAST_OPENING_MS = 870_000;

let world: World;
beforeEach(async () => {
  const h = await createHarness();
  // So that an offer passes through every stage it may have.
  const scene = await sceneOf(h, { section: { inDays: OPENS_IN_DAYS }, secondUnderwriterAboveFen: 1 });
  const elsewhere = await h.given.insurer();
  const product = await h.given.product(elsewhere.id);
  const rival = await h.given.bidder();
  const outsiders = {
    anonymous: null,
    rival,
    newcomer: await h.given.newcomer(),
    operator: await h.given.operator(),
    regulator: await h.given.regulator(),
    otherUnderwriter: await h.given.underwriter(elsewhere.id),
    otherInsurer: await h.given.apiClient(
      ['underwriting:write', 'invoices:write', 'policies:read'],
      elsewhere.id,
    ),
    centre: await h.given.apiClient(['sections:write', 'deposits:read']),
    bank: await h.given.apiClient(['payments:write']),
  };
  // The rival has bought elsewhere, so that lists, counts and searches of those who may see that are not empty.
  await submittedOrder({ ...scene, bidder: rival, ask: h.as(rival), products: [product] });
  const underwriter = await h.given.underwriter(scene.insurers[0]?.id ?? '');
  const second = await h.given.underwriter(scene.insurers[0]?.id ?? '');
  world = { h, scene, underwriter, second, outsiders, other: await h.given.bidder() };
});

const twinOf = (h: Harness) => createHarness({}, h);
const sceneIn = (h: Harness, scene: Scene, bidder = scene.bidder): Scene => ({
  ...scene,
  h,
  bidder,
  ask: h.as(bidder),
});

interface Bought {
  readonly orderId: string;
  readonly quoteId: string;
  readonly proposalId: string;
  readonly paymentId: string;
  readonly refundId: string;
  readonly voucherId: string;
  readonly policyId: string;
  readonly invoiceId: string;
  readonly surrenderId: string;
  readonly ticketId: string;
  readonly ticketUploadId: string;
  readonly evidenceUploadId: string;
  readonly voucherUploadId: string;
  readonly policyUploadId: string;
  readonly orderNumber: string;
  readonly quoteNumber: string;
  readonly policyNumber: string;
  readonly verificationCode: string;
}

const transactionNumber = 'TX20261124-0001';
const payerAccount = '6222000012345365';
const policyNumber = 'BH-2026-000001';

/** Pays, and is sent back the voucher with words about the payer. */
async function rejectedVoucher(scene: Scene) {
  const { h, bidder, ask } = scene;
  const { underwriter, second } = world;
  const desk = h.as(underwriter);
  const { orderId, quotes } = await submittedOrder(scene);
  const quoteId = quotes[0]?.id ?? '';
  const enterprise = await h.given.enterpriseOf(bidder);

  resultOf(
    await desk(REQUEST_MATERIAL, { input: { quoteId, request: `请 ${enterprise.name} 补充业绩证明` } }),
  );
  const evidenceUploadId = await h.given.upload(bidder, 'EVIDENCE');
  const note = `${enterprise.name} 的业绩证明`;
  resultOf(await ask(SUPPLY, { input: { quoteId, note, uploadIds: [evidenceUploadId] } }));
  resultOf(
    await desk(OFFER, {
      input: { ...offerInput(h, quoteId), validUntil: new Date(h.now() + 600_000).toISOString() },
    }),
  );
  await agreed(h.as(second), quoteId);
  const own = 'query ($id: ID!) { node(id: $id) { ... on Quote { proposals { id } } } }';
  const proposalId = (await desk(own, { id: quoteId })).data.node.proposals[0].id;

  const read = `query ($id: ID!) { order(id: $id) { number payment { id refunds { id } voucher { id upload { id } } }
    policy { id policyNumber verificationCode file { id } } invoice { id } quotes { number } } }`;
  const paymentId = (await ask(read, { id: orderId })).data.order.payment.id;
  const payable = {
    ...scene,
    orderId,
    paymentId,
    underwriter,
    enterpriseName: enterprise.name,
    remarkCode: '',
  };
  const send = async () => {
    const input = await voucherInput(payable, { payerAccount, transactionNumber });
    const sent = resultOf(await ask(SUBMIT_VOUCHER, { input }));
    expect(sent).toMatchObject({ state: 'VOUCHER_SUBMITTED' });
  };
  await send();
  const reason = `付款人 ${enterprise.name}（${enterprise.creditCode}）的户名看不清`;
  expect(resultOf(await desk(REJECT, { input: { paymentId, reason } }))).toMatchObject({
    rejectReason: reason,
  });
  return { orderId, quoteId, proposalId, paymentId, evidenceUploadId, read, send };
}

/** All the way to a policy, with evidence and a second voucher. */
async function buy(scene: Scene): Promise<Bought> {
  const { h, ask } = scene;
  const { underwriter } = world;
  const desk = h.as(underwriter);
  const { orderId, quoteId, proposalId, paymentId, evidenceUploadId, read, send } =
    await rejectedVoucher(scene);
  await send();
  // Too much, so that some of it goes back.
  const { name } = await h.given.enterpriseOf(scene.bidder);
  const over = { paymentId, kind: 'OVER', receivedAmount: '400.01', reason: `${name} 多付` };
  expect(resultOf(await desk(EXCEPT, { input: over }))).toMatchObject({ state: 'EXCEPTION' });
  resultOf(await desk(CONFIRM, { input: { paymentId } }));
  const uploadId = await pdfUpload(h, underwriter, 'POLICY');
  resultOf(await desk(ISSUE, { input: { orderId, policyNumber, uploadId } }));

  const surrenderId = await requestedSurrender({ ask, orderId }, { note: `${name} 不再投标` });
  const ticketUploadId = await h.given.upload(scene.bidder, 'EVIDENCE');
  const ticketId = await openedTicket({ ask, orderId }, { uploadIds: [ticketUploadId] });
  const { order } = (await ask(read, { id: orderId })).data;
  expect(order).toMatchObject({ policy: { policyNumber }, invoice: {} });
  return {
    orderId,
    quoteId,
    proposalId,
    paymentId,
    refundId: order.payment.refunds[0].id,
    voucherId: order.payment.voucher.id,
    policyId: order.policy.id,
    invoiceId: order.invoice.id,
    surrenderId,
    ticketId,
    ticketUploadId,
    evidenceUploadId,
    voucherUploadId: order.payment.voucher.upload.id,
    policyUploadId: order.policy.file.id,
    orderNumber: order.number,
    quoteNumber: order.quotes[0].number,
    policyNumber,
    verificationCode: order.policy.verificationCode,
  };
}

/** A batch of the scene's bidder for another section. */
async function begunTogether(scene: Scene, sectionId: string): Promise<string> {
  const input = { sectionIds: [sectionId], depositKind: 'BID', form: 'INSURANCE', onlyTogether: true };
  return resultOf(await scene.ask(START_SEVERAL, { input })).id;
}

/** Every id that stands in any table. */
async function idsIn(h: Harness): Promise<Set<string>> {
  return new Set((await h.content(['idempotency_keys'])).match(/\b[a-z]{2,4}_[a-z2-7]{26}\b/g));
}

/** Words that would find the purchase, if anything could. */
async function wordsOf(h: Harness, scene: Scene, bought: Bought): Promise<string[]> {
  const enterprise = await h.given.enterpriseOf(scene.bidder);
  return [
    enterprise.name,
    enterprise.creditCode,
    scene.section.code,
    scene.section.name,
    bought.orderNumber,
    bought.quoteNumber,
    policyNumber,
    transactionNumber,
    scene.insurers[0]?.name ?? '',
  ];
}

/** All that is in a file of a spreadsheet, whenever it was packed. */
const sheetOf = (bytes: ArrayBuffer) =>
  Object.entries(unzipSync(new Uint8Array(bytes)))
    .map(([name, part]) => `${name} ${Buffer.from(part).toString('utf8')}`)
    .sort()
    .join('\n');

let asked = 0;
/** An answer as it goes over the wire: status, headers, and every byte of the body. */
async function bytesOf(
  h: Harness,
  who: Person | null,
  document: string,
  variables: Record<string, unknown>,
  address: string,
): Promise<{ text: string; body: string }> {
  const response = await h.app.fetch(
    new Request(new URL('/graphql', h.app.core.config.publicOrigin), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-request-id': 'a-request',
        'idempotency-key': crypto.randomUUID(),
        ...who?.headers,
      },
      body: JSON.stringify({ query: document, variables }),
    }),
    { address },
  );
  const body = await response.text();
  return { text: `${response.status} ${JSON.stringify([...response.headers].sort())} ${body}`, body };
}
/** A new address for each question, since strangers may verify only so many policies from one. */
const someAddress = () => {
  asked += 1;
  return `2001:db8::${(asked >> 16).toString(16)}:${(asked & 65_535).toString(16)}`;
};

/** What is worked on before the opening, on a masked view: its lists, and the prefixes of its ids. */
const maskedWork: Readonly<
  Partial<Record<OutsideRole, { lists: readonly string[]; prefixes: readonly string[] }>>
> = {
  operator: { lists: ['payments', 'surrenders', 'tickets'], prefixes: ['pay', 'rfd', 'srd', 'tkt'] },
  bank: { lists: ['payments'], prefixes: ['pay', 'rfd'] },
};
const isWorkOf = (role: OutsideRole, id: string) =>
  maskedWork[role]?.prefixes.includes(prefixOf(id) ?? '') ?? false;
const isMaskedWork = (role: OutsideRole, { field, variables }: Question) =>
  (maskedWork[role]?.lists.includes(field) ?? false) || isWorkOf(role, String(variables.id ?? ''));

/** Whom a door is shut to learns nothing by knocking in another way. */
const isShut = ({ errors }: { errors?: { extensions: { code: string } }[] }) =>
  ['FORBIDDEN', 'UNAUTHENTICATED'].includes(errors?.[0]?.extensions.code ?? '');

/** What chance made differs between any two runs: ids, numbers and codes are named in the order they come in. */
function withoutChance(text: string, known: ReadonlySet<string>): string {
  const names = new Map<string, string>();
  return text
    .replaceAll(/\b[a-z]{2,4}_[a-z2-7]{26}\b/g, (id) => {
      if (known.has(id)) return id;
      if (!names.has(id)) names.set(id, `${prefixOf(id)}#${names.size}`);
      return names.get(id) ?? '';
    })
    .replaceAll(/\b(?:\d{17}D\d{13}|SH\d{16})\b/g, 'number')
    .replaceAll(/("(?:remarkCode|cursor|endCursor|sha256|originalSha256)":)"[^"]*"/g, '$1"chance"');
}

describe('before the opening, a bid guarantee exists for nobody outside', () => {
  test('no answer to anybody outside depends on whether somebody bought', async () => {
    const { h, scene, outsiders } = world;
    const second = await h.given.section();
    const before = await twinOf(h);
    const known = await idsIn(h);
    const bought = await buy(scene);
    const batchId = await begunTogether(scene, second.id);
    const all = [...(await idsIn(h))];
    const kinds = new Map(all.filter((id) => known.has(id)).map((id) => [prefixOf(id), id]));
    const candidates: Candidates = {
      // All that came with the purchase, and one of each kind that was there before.
      ids: [...all.filter((id) => !known.has(id)), ...kinds.values()],
      texts: await wordsOf(h, scene, bought),
    };
    expect(candidates.ids).toEqual(
      expect.arrayContaining([bought.orderId, bought.policyId, bought.invoiceId, batchId]),
    );

    const questions = everyQuestion(candidates);
    const probes = everyProbe(candidates);
    for (const [role, who] of Object.entries(outsiders) as [OutsideRole, Person | null][]) {
      const same = async (document: string, variables: Record<string, unknown>) => {
        const address = someAddress();
        const then = await bytesOf(before, who, document, variables, address);
        const now = await bytesOf(h, who, document, variables, address);
        if (now.text !== then.text)
          expect({ role, document, variables, answer: now.text }).toEqual({
            role,
            document,
            variables,
            answer: then.text,
          });
        return JSON.parse(now.body);
      };
      const absent = new Set<string>();
      for (const { document, subjects } of probes) {
        // What they work on is known to them, on the masked view.
        const strange = document.replaceAll(/\b[a-z]{2,4}_[a-z2-7]{26}\b/g, (id) =>
          isWorkOf(role, id) ? newId(prefixOf(id) ?? '') : id,
        );
        const { data } = await same(strange, {});
        for (const [place, subject] of Object.entries(subjects))
          if (data[place] === null) absent.add(subject);
      }
      const shut = new Set<string>();
      for (const question of questions) {
        if (absent.has(question.subject) || shut.has(question.field) || isMaskedWork(role, question))
          continue;
        if (isShut(await same(question.document, question.variables))) shut.add(question.field);
      }
    }
  }, 120_000);

  test('operators and the bank match a payment on a view that tells neither who pays nor for what', async () => {
    const { h, scene, outsiders } = world;
    const bought = await buy(scene);
    const enterprise = await h.given.enterpriseOf(scene.bidder);
    const secrets = [
      enterprise.id,
      enterprise.name,
      enterprise.creditCode,
      scene.bidder.id,
      scene.section.id,
      scene.section.code,
      scene.section.name,
      scene.insurers[0]?.id ?? '',
      payerAccount.slice(-4),
      bought.orderId,
      bought.quoteId,
      bought.quoteNumber,
      bought.policyId,
      bought.policyNumber,
      bought.verificationCode,
      bought.invoiceId,
      bought.voucherUploadId,
      bought.ticketUploadId,
    ];
    const candidates = {
      ids: [bought.paymentId, bought.refundId, bought.surrenderId, bought.ticketId],
      texts: await wordsOf(h, scene, bought),
    };
    for (const role of ['operator', 'bank'] as const) {
      const told = new Set<string>();
      const work = everyQuestion(candidates).filter((question) => isMaskedWork(role, question));
      for (const { document, variables } of work) {
        const { body } = await bytesOf(h, outsiders[role], document, variables, someAddress());
        // The account that the money goes to is named as banks name it; it is the same for all who buy there.
        const masked = body.replaceAll(/"accountName":"[^"]*"/g, '');
        for (const secret of [...secrets, scene.insurers[0]?.name ?? ''])
          expect(masked).not.toContain(secret);
        told.add(body);
      }
      const [some] = [...told].filter(
        (body) => body.includes(bought.paymentId) && body.includes(bought.orderNumber),
      );
      expect(some).toContain(transactionNumber);
      // Words by which it is not known here find nothing, the words of the masked view do.
      for (const list of maskedWork[role]?.lists ?? []) {
        const search = async (text: string) => {
          const { data } = await h.as(outsiders[role])(
            `query ($search: String!) { ${list}(filter: { search: $search }) { totalCount } }`,
            { search: text },
          );
          return data[list].totalCount;
        };
        for (const secret of secrets) expect([list, secret, await search(secret)]).toEqual([list, secret, 0]);
        expect([list, await search(bought.orderNumber)]).toEqual([list, 1]);
      }
    }
  });

  test('why a voucher was sent back is not on that view, since the reason may name the payer', async () => {
    const { h, scene, outsiders } = world;
    const { paymentId } = await rejectedVoucher(scene);
    const { name } = await h.given.enterpriseOf(scene.bidder);
    const questions = everyQuestion({ ids: [paymentId], texts: ['x'] });
    for (const role of ['operator', 'bank'] as const) {
      for (const { document, variables } of questions) {
        const { body } = await bytesOf(h, outsiders[role], document, variables, someAddress());
        expect(body).not.toContain(name);
      }
    }
  });

  test('no answer to anybody outside depends on whether somebody saved the section', async () => {
    const { h, scene, outsiders } = world;
    // Whoever has an order is reminded in both worlds, in a message whose id is random.
    await h.app.worker.workOff();
    const before = await twinOf(h);
    const saved = await scene.ask(
      `mutation ($input: SaveBidSectionInput!) { saveBidSection(input: $input) {
        ... on BidSection { saved { reminder } } } }`,
      { input: { sectionId: scene.section.id } },
    );
    expect(saved.data.saveBidSection).toEqual({ saved: { reminder: 'ONE_DAY' } });
    // Its reminder is due at once; what that sends is nobody else's affair either.
    for (const each of [h, before]) await each.app.worker.workOff();
    expect((await scene.ask('{ unreadMessageCount }')).data.unreadMessageCount).toBe(1);
    const candidates = { ids: [scene.section.id], texts: [scene.section.name] };
    for (const [role, who] of Object.entries(outsiders)) {
      const shut = new Set<string>();
      for (const { field, document, variables } of everyQuestion(candidates)) {
        if (shut.has(field) || field === 'verifyPolicy') continue;
        const then = await bytesOf(before, who, document, variables, '203.0.113.9');
        const now = await bytesOf(h, who, document, variables, '203.0.113.9');
        expect([role, document, now.text]).toEqual([role, document, then.text]);
        if (isShut(JSON.parse(now.body))) shut.add(field);
      }
    }
  }, 60_000);

  test('which of two enterprises bought changes no answer to anybody outside', async () => {
    const { h, scene, outsiders, other } = world;
    const known = await idsIn(h);
    const answersIfBoughtBy = async (bidder: Person) => {
      const twin = await twinOf(h);
      const bought = await buy(sceneIn(twin, scene, bidder));
      const candidates = {
        ids: Object.values(bought),
        texts: [(await twin.given.enterpriseOf(bidder)).name, bought.orderNumber],
      };
      const answers: string[] = [];
      for (const [role, who] of Object.entries(outsiders)) {
        const ask = async (field: string, document: string, variables: Record<string, unknown>) => {
          const { text, body } = await bytesOf(twin, who, document, variables, '203.0.113.9');
          answers.push(`${role} ${field} ${withoutChance(text, known)}`);
          return JSON.parse(body);
        };
        // Who may verify how many policies is counted, and has nothing to do with who bought.
        const asks = ({ field }: { field: string }) => field !== 'verifyPolicy';
        const quiet = new Set<string>();
        for (const { field, document, subjects } of everyProbe(candidates).filter(asks)) {
          const { data } = await ask(field, document, {});
          for (const [place, subject] of Object.entries(subjects))
            if (data?.[place] === null) quiet.add(subject);
        }
        for (const { field, subject, document, variables } of everyQuestion(candidates).filter(asks)) {
          if (quiet.has(subject) || quiet.has(field)) continue;
          if (isShut(await ask(field, document, variables))) quiet.add(field);
        }
      }
      return answers;
    };
    const first = await answersIfBoughtBy(scene.bidder);
    const second = await answersIfBoughtBy(other);
    expect(first.filter((answer, i) => answer !== second[i])).toEqual([]);
    expect(first.filter((answer) => answer.includes(transactionNumber)).length).toBeGreaterThan(4);
    expect(second.length).toBe(first.length);
  }, 120_000);

  test('what belongs to it is refused to all outside in the same bytes as what does not exist, and nothing is written', async () => {
    const { h, scene, outsiders, other } = world;
    const bought = await buy(scene);
    const draft = await readyOrder(sceneIn(h, scene, other));
    const batchId = await begunTogether(scene, (await h.given.section()).id);
    const told: { id: string }[] = (await scene.ask('{ messages { nodes { id } } }')).data.messages.nodes;
    expect(told).not.toEqual([]);
    const secrets: Readonly<Record<string, readonly string[]>> = {
      orderId: [bought.orderId, draft],
      batchId: [batchId],
      quoteId: [bought.quoteId],
      proposalId: [bought.proposalId],
      paymentId: [bought.paymentId],
      refundId: [bought.refundId],
      policyId: [bought.policyId],
      policyIds: [bought.policyId],
      invoiceId: [bought.invoiceId],
      surrenderId: [bought.surrenderId],
      ticketId: [bought.ticketId],
      uploadId: [bought.voucherUploadId, bought.policyUploadId, bought.evidenceUploadId],
      uploadIds: [bought.evidenceUploadId],
      furtherUploadIds: [bought.voucherUploadId],
      licenseUploadId: [bought.evidenceUploadId],
      ids: told.map((message) => message.id),
      id: [
        bought.orderId,
        draft,
        bought.quoteId,
        bought.proposalId,
        bought.paymentId,
        bought.policyId,
        bought.invoiceId,
        bought.surrenderId,
        bought.ticketId,
      ],
    };
    /** Ids of what is no affair of an order. A new kind of id has to be put here or above. */
    const open = [
      'sectionId',
      'sectionIds',
      'insurerId',
      'productId',
      'productIds',
      'documentIds',
      'events.documentId',
      'titleId',
      'addressId',
      'certificationId',
      'lineId',
    ];
    const untouched = ['idempotency_keys', 'sessions'];
    const before = await h.content(untouched);
    const codes = new Map<string, Set<string>>();
    for (const [role, who] of Object.entries(outsiders) as [OutsideRole, Person | null][]) {
      for (const { name, path, document, inputWith } of everyIdentifyingMutation()) {
        const ids = secrets[path];
        if (!ids) {
          expect(open).toContain(path);
          continue;
        }
        for (const id of ids) {
          // It is their work before the opening too; what they are told then is shown above.
          if (path !== 'id' && isWorkOf(role, id)) continue;
          const absent = newId(prefixOf(id) ?? '');
          const secret = await bytesOf(h, who, document, { input: inputWith(id) }, '203.0.113.9');
          const nothing = await bytesOf(h, who, document, { input: inputWith(absent) }, '203.0.113.9');
          expect({ role, name, path, answer: secret.text.replaceAll(id, absent) }).toEqual({
            role,
            name,
            path,
            answer: nothing.text,
          });
          const answer = JSON.parse(secret.body);
          if (isShut(answer)) break;
          const code = answer.errors?.[0].extensions.code ?? answer.data[name].code;
          codes.set(name, (codes.get(name) ?? new Set()).add(code));
        }
      }
    }
    expect(await h.content(untouched)).toBe(before);
    // Whoever may knock at all is told that there is nothing, and not for instance that a field was filled in badly.
    const without = [...codes].filter(([, told]) => !told.has('NOT_FOUND')).map(([name]) => name);
    expect(without).toEqual(['submitCertification']);
  }, 60_000);

  test('a payment under seal that cannot be moved any more is refused to those who match it without a word of whose it is', async () => {
    const { h, scene, outsiders } = world;
    const bought = await buy(scene);
    const enterprise = await h.given.enterpriseOf(scene.bidder);
    const before = await h.content(['idempotency_keys', 'sessions']);
    for (const who of [outsiders.operator, outsiders.bank]) {
      for (const { name, path, document, inputWith } of everyIdentifyingMutation()) {
        // Assigning takes a line beside it, of which there is none here.
        if (path !== 'paymentId' || name === 'assignBankLine') continue;
        const input = inputWith(bought.paymentId);
        const { body } = await bytesOf(h, who, document, { input }, '203.0.113.9');
        expect(body).toContain('TRANSITION_REFUSED');
        expect(body).not.toContain(enterprise.name);
        expect(body).not.toContain(scene.section.name);
      }
    }
    expect(await h.content(['idempotency_keys', 'sessions'])).toBe(before);
  });

  test('no list that anybody outside exports tells whether somebody bought, or who', async () => {
    const { h, scene, outsiders, other } = world;
    const nobody = await twinOf(h);
    const another = await twinOf(h);
    await buy(scene);
    await buy(sceneIn(another, scene, other));
    // That those who bought exported it is on record, and no news for others either.
    for (const [each, who] of [
      [h, scene.bidder],
      [h, world.underwriter],
      [another, other],
    ] as const) {
      const own = await each.fetch(who, '/exports/orders.xlsx');
      expect(sheetOf(await own.arrayBuffer())).toContain(scene.section.code);
    }
    const { name } = await h.given.enterpriseOf(scene.bidder);
    const filters = ['', 'depositKind=BID', `search=${encodeURIComponent(name)}`];
    const questions = ['orders', 'deposits', 'invoices'].flatMap((list) =>
      filters.map((filter) => `/exports/${list}.xlsx?${filter}`),
    );
    let opened = 0;
    for (const [role, who] of Object.entries(outsiders)) {
      const ask = async (each: Harness, path: string) => {
        const response = await each.fetch(who, path, { headers: { 'x-request-id': 'a-request' } });
        const body = await response.arrayBuffer();
        if (response.ok) opened += 1;
        const text = response.ok ? sheetOf(body) : Buffer.from(body).toString();
        return { role, path, status: response.status, headers: [...response.headers].sort(), text };
      };
      for (const path of questions) {
        const then = await ask(nobody, path);
        expect(await ask(h, path)).toEqual(then);
        expect(await ask(another, path)).toEqual(then);
      }
    }
    expect(opened).toBeGreaterThan(150);
    const log =
      '{ events(filter: { noun: "export" }, first: 100) { totalCount nodes { at label note actor objectId } } }';
    for (const who of [outsiders.operator, outsiders.regulator]) {
      // All at one instant, in which they have no order.
      const told = async (each: Harness) => {
        const { events } = (await each.as(who)(log)).data;
        return [events.totalCount, ...events.nodes.map((event: object) => JSON.stringify(event)).sort()];
      };
      const then = await told(nobody);
      expect(then.length).toBeGreaterThan(1);
      expect(await told(h)).toEqual(then);
      expect(await told(another)).toEqual(then);
    }
  }, 60_000);

  test('its files are as absent as those that never were', async () => {
    const { h, scene, outsiders, underwriter } = world;
    const bought = await buy(scene);
    const files = [
      bought.voucherUploadId,
      bought.policyUploadId,
      bought.evidenceUploadId,
      bought.ticketUploadId,
    ];
    const get = async (who: Person | null, id: string) => {
      const response = await h.fetch(who, `/files/${id}`, { headers: { 'x-request-id': 'a-request' } });
      return `${response.status} ${JSON.stringify([...response.headers].sort())} ${await response.text()}`;
    };
    for (const [role, who] of Object.entries(outsiders)) {
      for (const id of files)
        expect([role, await get(who, id)]).toEqual([role, await get(who, newId('upl'))]);
    }
    for (const id of files) {
      expect(await get(scene.bidder, id)).toMatch(/^200/);
      // A ticket's file is the insurer's affair once it is handed over.
      if (id !== bought.ticketUploadId) expect(await get(underwriter, id)).toMatch(/^200/);
    }
  });

  test('a stranger who follows the order hears what one hears who follows nothing', async () => {
    const { h, scene, outsiders } = world;
    const orderId = await readyOrder(scene);
    const follow = async (who: Person | null, id: string) => {
      const response = await h.fetch(who, '/graphql', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          'x-request-id': 'a-request',
        },
        body: JSON.stringify({
          query: 'subscription ($id: ID!) { orderChanged(orderId: $id) { id } }',
          variables: { id },
        }),
      });
      return `${response.status} ${JSON.stringify([...response.headers].sort())} ${await response.text()}`;
    };
    for (const [role, who] of Object.entries(outsiders))
      expect([role, await follow(who, orderId)]).toEqual([role, await follow(who, newId('ord'))]);
  });

  test('whoever holds the policy learns that it is genuine, and nothing else', async () => {
    const { h, scene } = world;
    const bought = await buy(scene);
    const verify = async (input: Record<string, string>) =>
      (
        await h.as(null)(
          `query ($input: VerifyPolicyInput!) { verifyPolicy(input: $input) {
            valid state stateLabel insurer sumInsured start end } }`,
          { input },
        )
      ).data.verifyPolicy;
    const nothing = {
      state: null,
      stateLabel: null,
      insurer: null,
      sumInsured: null,
      start: null,
      end: null,
    };
    expect(await verify({ policyNumber, code: bought.verificationCode })).toEqual({
      valid: true,
      ...nothing,
    });
    expect(await verify({ policyNumber, code: 'AAAAAAAA' })).toEqual({ valid: false, ...nothing });
  });

  test('the log names neither who bought nor for what, and no code or number of a person', async () => {
    const { h, scene, outsiders } = world;
    const mobile = '13900004321';
    const smsCode = await codeFor(h, mobile, 'REGISTER');
    await registered(h, '13900004322');
    await h.app.worker.workOff();
    const bought = await buy(scene);
    // A fault of ours in the middle of the purchase: what goes to the log then are the words of the database.
    const next = await readyOrder({ ...scene, ...sceneIn(h, scene, world.other) });
    await h.system(async (command) =>
      command.db.run(
        sql`create trigger broken before insert on quotes begin select raise(abort, 'broken'); end`,
      ),
    );
    const { errors } = await h.as(world.other)(SUBMIT, { input: { orderId: next } });
    expect(errors?.[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
    await h.system(async (command) => command.db.run(sql`drop trigger broken`));
    await h.system(async (command) =>
      command.db.run(
        sql`create trigger broken before update on orders begin select raise(abort, 'broken'); end`,
      ),
    );
    await h.as(world.other)(
      'mutation ($input: SaveApplicationInput!) { saveApplication(input: $input) { __typename } }',
      {
        input: { orderId: next, application: { handler: { name: '李演示', mobile: '13900000001' } } },
      },
    );
    await h.as(outsiders.operator)('{ payments { nodes { id } } }');

    const log = h.logged.join('\n');
    expect(log).toContain('broken');
    for (const bidder of [scene.bidder, world.other]) {
      const enterprise = await h.given.enterpriseOf(bidder);
      expect(log).not.toContain(enterprise.name);
      expect(log).not.toContain(enterprise.creditCode);
    }
    for (const secret of [
      scene.section.code,
      scene.section.name,
      mobile,
      '13900004322',
      smsCode,
      '13900000001',
      '李演示',
      payerAccount,
    ]) {
      expect(log).not.toContain(secret);
    }
    expect(log).not.toMatch(/\b1[3-9]\d{9}\b/);
    expect(log).not.toContain(bought.orderNumber);
  });
});

describe('the opening', () => {
  const see = `query ($id: ID!) { order(id: $id) { id enterprise { name } section { code } } orders { totalCount } }`;
  const seenBy = async (h: Harness, role: OutsideRole, id: string) =>
    (await h.as(world.outsiders[role])(see, { id })).data?.order?.id ?? null;

  test('is an event: the planned time alone tells nobody anything', async () => {
    const { h, scene, outsiders } = world;
    const { orderId } = await buy(scene);
    h.pass(PAST_OPENING_MS);
    expect(scene.section.openAt).toBeLessThan(h.now());
    await h.app.worker.workOff();
    for (const role of Object.keys(outsiders) as OutsideRole[])
      expect([role, await seenBy(h, role, orderId)]).toEqual([role, null]);

    await h.given.opened(scene.section.id);
    for (const role of ['operator', 'regulator', 'centre'] as const)
      expect([role, await seenBy(h, role, orderId)]).toEqual([role, orderId]);
    for (const role of [
      'anonymous',
      'rival',
      'newcomer',
      'otherUnderwriter',
      'otherInsurer',
      'bank',
    ] as const)
      expect([role, await seenBy(h, role, orderId)]).toEqual([role, null]);
  });

  test('tells those who are no party to it nothing', async () => {
    const { h, scene, outsiders } = world;
    const before = await twinOf(h);
    const known = await idsIn(h);
    const bought = await buy(scene);
    for (const each of [h, before]) {
      each.pass(PAST_OPENING_MS);
      await each.given.opened(scene.section.id);
    }
    const candidates = { ids: Object.values(bought), texts: await wordsOf(h, scene, bought) };
    for (const role of ['anonymous', 'rival', 'newcomer', 'otherUnderwriter', 'otherInsurer'] as const) {
      for (const { document, variables } of everyProbe(candidates).map((probe) => ({
        ...probe,
        variables: {},
      }))) {
        const then = await bytesOf(before, outsiders[role], document, variables, someAddress());
        const now = await bytesOf(h, outsiders[role], document, variables, someAddress());
        expect([role, withoutChance(now.text, known)]).toEqual([role, withoutChance(then.text, known)]);
      }
      const shut = new Set(['bidSection', 'bidSections', 'platform', 'verifyPolicy', 'node']);
      for (const { field, document, variables } of everyQuestion(candidates)) {
        if (shut.has(field)) continue;
        const then = await bytesOf(before, outsiders[role], document, variables, someAddress());
        const now = await bytesOf(h, outsiders[role], document, variables, someAddress());
        expect([role, withoutChance(now.text, known)]).toEqual([role, withoutChance(then.text, known)]);
        if (isShut(JSON.parse(now.body))) shut.add(field);
      }
    }
  }, 60_000);

  test('is not waited for by a performance guarantee, which staff see once it is submitted and never before', async () => {
    const { h, scene } = world;
    const [insurer] = scene.insurers;
    const product = await h.given.product(insurer?.id ?? '', { depositKind: 'PERFORMANCE' });
    const performance: Scene = { ...scene, kind: 'PERFORMANCE', products: [product] };
    const orderId = await readyOrder(performance);
    const roles = ['operator', 'regulator', 'centre'] as const;
    for (const role of roles) expect([role, await seenBy(h, role, orderId)]).toEqual([role, null]);
    expect(resultOf(await scene.ask(SUBMIT, { input: { orderId } }))).toMatchObject({
      state: 'UNDERWRITING',
    });
    for (const role of roles) expect([role, await seenBy(h, role, orderId)]).toEqual([role, orderId]);
    for (const role of [
      'anonymous',
      'rival',
      'newcomer',
      'otherUnderwriter',
      'otherInsurer',
      'bank',
    ] as const)
      expect([role, await seenBy(h, role, orderId)]).toEqual([role, null]);

    const draft = await startedOrder({ ...scene, kind: 'BID' });
    await h.given.opened(scene.section.id);
    for (const role of roles) expect([role, await seenBy(h, role, draft)]).toEqual([role, null]);
  });
});
