import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import type { Core, RequestFacts } from '../../command/core.ts';
import { expectState, fire, note, refusedEvent, requireEvent } from '../../command/fire.ts';
import { InvalidInput, NotFound } from '../../command/refusals.ts';
import { asConsequence, type Command, run } from '../../command/run.ts';
import { prepared, shapeOf } from '../../db/prepared.ts';
import { bankLines, bankStatements } from '../../db/tables/bank.ts';
import { type BankLineReason, bankLineReasonLabel } from '../../db/vocabulary.ts';
import { maskBankAccount, normaliseBankAccount } from '../../kernel/bank-account.ts';
import { newId, remarkCodesIn } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { cleanText, toHalfWidth } from '../../kernel/text.ts';
import { limits } from '../../limits.ts';
import { post } from '../ledger/ledger.service.ts';
import {
  type PaymentWork,
  paymentById,
  paymentWork,
  paymentWorkByCodes,
  paymentWorkByVoucher,
  receiptByTransaction,
  refundByTransaction,
} from '../payment/payment.queries.ts';
import { takeArrival, takeBackArrival, takeOutflow } from '../payment/payment.service.ts';
import { uploadById } from '../upload/upload.queries.ts';
import { takeUpload } from '../upload/upload.service.ts';
import { bankLineLife } from './bank.machine.ts';
import {
  type BankLineRow,
  type BankLineView,
  type BankStatementRow,
  bankLineById,
  insurerOfAccount,
  statementByContent,
  statementById,
} from './bank.queries.ts';
import type { Statement, StatementLine } from './statement.ts';
import { readStatementFile } from './statement-file.ts';

const fault = (path: string, message: string) => new InvalidInput([{ path, message }]);
const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');

/** A statement that was read, with the account it is of. */
export interface ReadImport {
  readonly statement: Statement;
  readonly accountNumber: string;
  readonly insurerId: string;
  readonly sha256: string;
  readonly uploadId: string | null;
}

export interface StatementInput {
  readonly uploadId?: string | null | undefined;
  readonly lines?: readonly StatementLine[] | null | undefined;
  readonly accountNumber?: string | null | undefined;
}

/**
 * Reads a statement before anything is written.
 *
 * Refuses: InvalidInput, NotFound.
 */
export async function readImport(core: Core, actor: Actor, input: StatementInput): Promise<ReadImport> {
  const said = input.accountNumber ? normaliseBankAccount(input.accountNumber) : null;
  if (input.accountNumber && !said) throw fault('accountNumber', '收款账号应为 8 到 32 位数字');
  if (Boolean(input.uploadId) === Boolean(input.lines?.length))
    throw fault('uploadId', '请给出对账单文件或流水，二者之一');

  const { statement, hash } = input.lines?.length
    ? {
        statement: { accountNumber: null, lines: input.lines, outgoing: 0, rejected: [] },
        hash: sha256(JSON.stringify(input.lines)),
      }
    : await readUploaded(core, actor, input.uploadId ?? '');
  if (said && statement.accountNumber && said !== statement.accountNumber)
    throw fault('accountNumber', '与对账单中的账号不一致');
  const accountNumber = said ?? statement.accountNumber;
  if (!accountNumber) throw fault('accountNumber', '对账单中没有本方账号，请填写');
  const insurerId = await insurerOfAccount(core.database.reader, actor, accountNumber);
  if (!insurerId) throw fault('accountNumber', '该账号不是保险公司的收款账户');
  return { statement, accountNumber, insurerId, sha256: hash, uploadId: input.uploadId ?? null };
}

async function readUploaded(core: Core, actor: Actor, uploadId: string) {
  const upload = await uploadById(core.database.reader, uploadId);
  const isOwn = actor.kind !== 'ANONYMOUS' && actor.kind !== 'SYSTEM' && upload?.ownerId === actor.id;
  if (!upload || !isOwn || upload.purpose !== 'STATEMENT') throw new NotFound();
  const read = await readStatementFile(await core.storage.get(upload.id));
  if ('fault' in read) throw fault('uploadId', read.fault);
  return { statement: read, hash: upload.sha256 };
}

/**
 * Within a command: begins an import, or finds the one of the same content. The lines follow in slices, by `workThrough`.
 *
 * Refuses: UploadRefused.
 */
export async function beginImport(command: Command, read: ReadImport): Promise<BankStatementRow> {
  const known = await statementByContent(command.db, read.insurerId, read.accountNumber, read.sha256);
  if (known) return known;
  const upload = read.uploadId ? await takeUpload(command, read.uploadId, 'STATEMENT') : null;
  const [statement] = await command.db
    .insert(bankStatements)
    .values({
      id: newId('bst'),
      insurerId: read.insurerId,
      accountNumber: read.accountNumber,
      uploadId: upload?.id ?? null,
      sha256: read.sha256,
      createdAt: command.now,
      outgoing: read.statement.outgoing,
      rejected: read.statement.rejected.slice(0, limits.rejectedLinesKeptMax),
    })
    .returning();
  invariant(statement, 'an inserted row is returned');
  await note(command, {
    noun: 'bankStatement',
    objectId: statement.id,
    event: 'IMPORT',
    data: { sha256: read.sha256, lines: read.statement.lines.length },
  });
  return statement;
}

/**
 * Works a statement's lines through, many in each transaction since a flush to disk costs as much as several lines. Others read
 * between two turns and write between two transactions. How far it came stands in the statement: cut off, it goes on there when the
 * same statement comes again, and of two who send it at once each does what the other has not done.
 */
export async function workThrough(
  core: Core,
  actor: Actor,
  request: RequestFacts,
  { id }: BankStatementRow,
  lines: readonly StatementLine[],
): Promise<BankStatementRow> {
  const identities = await identitiesOf(lines);
  for (;;) {
    const statement = await run(core, actor, request, async (command) => {
      const begun = await statementById(command.db, actor, id);
      invariant(begun, 'who imports a statement sees it');
      return begun.doneAt === null ? workOn(command, begun, lines, identities) : begun;
    });
    if (statement.doneAt !== null) return statement;
    await nextTurn();
  }
}

async function workOn(
  command: Command,
  statement: BankStatementRow,
  lines: readonly StatementLine[],
  identities: readonly string[],
): Promise<BankStatementRow> {
  const counts = {
    confirmed: statement.confirmed,
    queued: statement.queued,
    repeated: statement.repeated,
  };
  let next = counts.confirmed + counts.queued + counts.repeated;
  const ends = performance.now() + limits.statementTransactionMs;
  const turn = turns();
  while (next < lines.length && performance.now() < ends) {
    counts[await takeIn(command, statement, lines[next] as StatementLine, identities[next] as string)] += 1;
    next += 1;
    await turn();
  }
  const [worked] = await command.db
    .update(bankStatements)
    .set({ ...counts, doneAt: next < lines.length ? null : command.now })
    .where(eq(bankStatements.id, statement.id))
    .returning();
  invariant(worked, 'a statement is never deleted');
  return worked;
}

/** Two lines that say the same are two transfers, if the bank gives them no number: the second is told by its count. */
async function identitiesOf(lines: readonly StatementLine[]): Promise<string[]> {
  const seen = new Map<string, number>();
  const identities: string[] = [];
  const turn = turns();
  for (const line of lines) {
    await turn();
    const identity = line.transactionNumber ?? contentIdentity(line, seen);
    // Some banks give a transfer and what it sends back one number.
    identities.push(line.direction === 'OUT' ? `OUT ${identity}` : identity);
  }
  return identities;
}

function contentIdentity(line: StatementLine, seen: Map<string, number>): string {
  const content = JSON.stringify([
    line.bookedAt,
    line.amountFen,
    line.payerName,
    line.payerAccount,
    line.remark,
  ]);
  const turn = (seen.get(content) ?? 0) + 1;
  seen.set(content, turn);
  return `#${sha256(`${content}${turn}`).slice(0, 40)}`;
}

/** Gives everybody else a turn of the event loop whenever a turn has lasted long enough. */
function turns(): () => Promise<void> {
  let ends = performance.now() + limits.statementTurnMs;
  return async () => {
    if (performance.now() < ends) return;
    await nextTurn();
    ends = performance.now() + limits.statementTurnMs;
  };
}

async function takeIn(
  command: Command,
  statement: BankStatementRow,
  line: StatementLine,
  identity: string,
): Promise<'confirmed' | 'queued' | 'repeated'> {
  const id = newId('bnl');
  const { accountNumber, insurerId } = statement;
  const { db } = command;
  const { shape, columns, values } = shapeOf({
    id,
    statementId: statement.id,
    insurerId,
    accountNumber,
    identity,
    transactionNumber: line.transactionNumber,
    direction: line.direction,
    bookedOn: line.bookedOn,
    bookedAt: line.bookedAt,
    amountFen: line.amountFen,
    payerName: line.payerName,
    payerAccountSealed: line.payerAccount && command.core.cipher.seal(line.payerAccount, accountPlace(id)),
    payerAccountMasked: line.payerAccount && maskBankAccount(line.payerAccount),
    remark: line.remark,
    state: 'QUEUED',
    reason: 'UNMATCHED',
    createdAt: command.now,
  });
  const insert = prepared(db, `bankLine ${shape}`, () =>
    db.insert(bankLines).values(columns).onConflictDoNothing().returning().prepare(),
  );
  const [written] = await insert.execute(values);
  if (!written) return 'repeated';
  if (written.direction === 'OUT') return takeOut(command, written, line.payerAccount);

  const candidates = await candidatesFor(command, written);
  const [work] = candidates;
  if (!work) {
    await hold(command, written, null);
    return 'queued';
  }
  const link = { paymentId: work.payment.id, orderId: work.order.id };
  if (candidates.length > 1) {
    await hold(command, written, { ...link, reason: 'AMBIGUOUS' });
    return 'queued';
  }
  const arrival = await takeArrival(
    asConsequence(command),
    work,
    arrivalOf(written, line.payerAccount),
    line.bookedAt,
    false,
  );
  if (!arrival.taken) {
    await hold(command, written, { ...link, reason: arrival.fault ?? 'DUPLICATE' });
    return 'queued';
  }
  await fire(asConsequence(command), bankLineLife, written, 'MATCH', {
    set: { ...link, reason: arrival.fault },
  });
  return arrival.fault === null ? 'confirmed' : 'queued';
}

/** What went out for a refund proves it. For what else the insurer pays from its account is none of the books' business. */
async function takeOut(
  command: Command,
  line: BankLineRow,
  payeeAccount: string | null,
): Promise<'confirmed' | 'queued'> {
  const candidates = await candidatesFor(command, line);
  const [work] = candidates;
  if (!work) return 'queued';
  const link = { paymentId: work.payment.id, orderId: work.order.id };
  const taken =
    candidates.length > 1
      ? { fault: 'AMBIGUOUS' as const }
      : await takeOutflow(command, work.payment, outflowOf(line, payeeAccount), false);
  if ('fault' in taken) {
    await connect(command, line, { ...link, reason: taken.fault });
    return 'queued';
  }
  await fire(asConsequence(command), bankLineLife, line, 'MATCH', {
    set: { ...link, refundId: taken.refundId, reason: null },
  });
  return 'confirmed';
}

const outflowOf = (line: BankLineRow, payeeAccount: string | null) => ({
  amountFen: line.amountFen,
  payeeAccount,
  transactionNumber: line.transactionNumber,
  paidOn: line.bookedOn,
  lineId: line.id,
});

const accountPlace = (lineId: string) => ({ column: 'bank_lines.payer_account_sealed', rowId: lineId });

/** Whose a line is: by the codes in its remark, else by a serial number that a voucher, a receipt or a paid refund bears. */
async function candidatesFor(command: Command, line: BankLineRow): Promise<PaymentWork[]> {
  const coded = await paymentWorkByCodes(command.db, line.insurerId, remarkCodesIn(toHalfWidth(line.remark)));
  if (coded.length > 0 || !line.transactionNumber) return coded;
  const known =
    line.direction === 'OUT'
      ? await refundByTransaction(command.db, line.insurerId, line.transactionNumber)
      : await receiptByTransaction(command.db, line.accountNumber, line.transactionNumber);
  if (known) return [await paymentWork(command.db, known.paymentId)].filter((work) => work !== null);
  const said =
    line.direction === 'IN' &&
    (await paymentWorkByVoucher(command.db, line.insurerId, line.transactionNumber));
  return said ? [said] : [];
}

const arrivalOf = (line: BankLineRow, payerAccount: string | null) => ({
  amountFen: line.amountFen,
  payerName: line.payerName,
  payerAccount,
  transactionNumber: line.transactionNumber,
  receivedOn: line.bookedOn,
  lineId: line.id,
});

/** Money of which nobody knows whose it is waits in suspense. */
async function hold(
  command: Command,
  line: BankLineRow,
  link: { readonly paymentId: string; readonly orderId: string; readonly reason: BankLineReason } | null,
): Promise<void> {
  if (link) await connect(command, line, link);
  await enter(command, line, 'HOLD');
}

const connect = (
  command: Command,
  line: BankLineRow,
  link: { readonly paymentId: string; readonly orderId: string; readonly reason: BankLineReason },
) => command.db.update(bankLines).set(link).where(eq(bankLines.id, line.id));

const enter = (command: Command, line: BankLineRow, kind: 'HOLD' | 'RELEASE', causeId = line.id) =>
  post(command, {
    kind,
    causeId,
    insurerId: line.insurerId,
    orderId: null,
    legs: [
      kind === 'HOLD'
        ? { debit: 'BANK', credit: 'SUSPENSE', fen: line.amountFen }
        : { debit: 'SUSPENSE', credit: 'BANK', fen: line.amountFen },
    ],
  });

interface Move {
  readonly lineId: string;
  readonly expectedState?: string | null | undefined;
}

async function expected(command: Command, input: Move, event: 'ASSIGN' | 'SET_ASIDE'): Promise<BankLineView> {
  const line = await bankLineById(command.db, command.actor, input.lineId);
  if (!line) throw new NotFound();
  expectState(line, input.expectedState);
  requireEvent(command.actor, bankLineLife, line, event);
  return line;
}

/**
 * Says which payment a line is for. Exact, it is confirmed; otherwise it becomes the exception that it is; what was paid twice goes
 * back. A line that was matched goes over from its payment to another, while its money is an exception of which nothing went back.
 * What went out pays a refund of the payment.
 *
 * Refuses: NotFound, StaleState, TransitionRefused, InvalidInput, TransactionUsed.
 */
export async function assignBankLine(
  command: Command,
  input: Move & { readonly paymentId: string },
): Promise<BankLineView> {
  const payment = await paymentById(command.db, command.actor, input.paymentId);
  if (!payment) throw new NotFound();
  const line = await expected(command, input, 'ASSIGN');
  if (payment.insurerId !== line.insurerId || payment.accountNumber.replace(/\s/g, '') !== line.accountNumber)
    throw fault('paymentId', '该订单的收款账户不是这笔流水的账户');
  const work = await paymentWork(command.db, payment.id);
  invariant(work, 'a payment belongs to an order');
  const account =
    line.payerAccountSealed && command.core.cipher.open(line.payerAccountSealed, accountPlace(line.id));
  if (line.direction === 'OUT') return assignOutflow(command, line, work, account);
  const taken = line.state === 'MATCHED' ? await takeOver(command, line, payment.id) : null;
  const held = line.state === 'QUEUED' || taken !== null;
  const arrival = await takeArrival(
    command,
    work,
    { ...arrivalOf(line, account), held },
    line.bookedAt,
    true,
  );
  if (!arrival.taken) throw refusedEvent(bankLineLife, line, 'ASSIGN');
  // Entered before by a person's word: what waits in suspense is the same money.
  if (arrival.counted && held) await enter(command, line, 'RELEASE', taken?.id);
  await fire(command, bankLineLife, line, 'ASSIGN', {
    set: { paymentId: payment.id, orderId: payment.orderId, reason: arrival.fault, setAsideReason: null },
    data: { from: line.paymentId, to: payment.id },
  });
  return (await bankLineById(command.db, command.actor, line.id)) as BankLineView;
}

/** Refuses: InvalidInput, TransitionRefused. */
async function takeOver(command: Command, line: BankLineRow, paymentId: string) {
  if (line.paymentId === paymentId) throw fault('paymentId', '该流水已对应到这笔付款');
  const taken = await takeBackArrival(command, line.id);
  if (!taken) throw refusedEvent(bankLineLife, line, 'ASSIGN');
  return taken;
}

/** Refuses: InvalidInput, TransitionRefused. */
async function assignOutflow(
  command: Command,
  line: BankLineRow,
  { payment }: PaymentWork,
  payeeAccount: string | null,
): Promise<BankLineView> {
  // A refund that was paid is done with.
  if (line.state === 'MATCHED') throw refusedEvent(bankLineLife, line, 'ASSIGN');
  const taken = await takeOutflow(command, payment, outflowOf(line, payeeAccount), true);
  if ('fault' in taken) throw fault('paymentId', bankLineReasonLabel[taken.fault]);
  await fire(command, bankLineLife, line, 'ASSIGN', {
    set: {
      paymentId: payment.id,
      orderId: payment.orderId,
      refundId: taken.refundId,
      reason: null,
      setAsideReason: null,
    },
    data: { from: line.paymentId, to: payment.id },
  });
  return (await bankLineById(command.db, command.actor, line.id)) as BankLineView;
}

/**
 * A line is none of the platform's: the insurer's account receives other money too.
 *
 * Refuses: NotFound, StaleState, TransitionRefused.
 */
export async function setAsideBankLine(
  command: Command,
  input: Move & { readonly reason: string },
): Promise<BankLineView> {
  const line = await expected(command, input, 'SET_ASIDE');
  const reason = cleanText(input.reason, limits.noteCharactersMax);
  if (line.direction === 'IN') await enter(command, line, 'RELEASE');
  await fire(command, bankLineLife, line, 'SET_ASIDE', { set: { setAsideReason: reason }, note: reason });
  return (await bankLineById(command.db, command.actor, line.id)) as BankLineView;
}
