import { hashPassword } from '../src/access/password.ts';
import { users } from '../src/db/tables/account.ts';
import { newId } from '../src/kernel/id.ts';
import { benchApp } from './data.ts';
import { median } from './report.ts';

/** Of each kind; a known number and an unknown one take turns, since machines are noisy. */
const samples = Number(process.env.SAMPLES ?? 400);

const doors = {
  'signIn, wrong password': {
    samples,
    query: 'mutation($input: SignInInput!) { signIn(input: $input) { ... on Error { code } } }',
    input: { password: 'wrong password', captcha: 'sandbox' },
  },
  'signIn, wrong code': {
    samples,
    query: 'mutation($input: SignInInput!) { signIn(input: $input) { ... on Error { code } } }',
    input: { smsCode: '000000', captcha: 'sandbox' },
  },
  'resetPassword, wrong code': {
    samples,
    query: 'mutation($input: ResetPasswordInput!) { resetPassword(input: $input) { ... on Error { code } } }',
    input: { smsCode: '000000', newPassword: 'a phrase of bench 7' },
  },
  requestSmsCode: {
    // The platform sends three hundred an hour.
    samples: Math.min(samples, 140),
    query:
      'mutation($input: RequestSmsCodeInput!) { requestSmsCode(input: $input) { ... on Error { code } } }',
    input: { purpose: 'SIGN_IN', captcha: 'sandbox' },
  },
};

/** How long each door takes to answer for a number that is registered, and for one that is not: nobody shall tell them apart. */
export async function benchSignInTiming(): Promise<void> {
  const { app, end } = await benchApp(undefined, { TRUST_PROXY: '1' });
  try {
    const passwordHash = await hashPassword('the right phrase 7');
    const now = app.core.clock.now();
    const most = Object.keys(doors).length * samples;
    const numberOf = (known: boolean, i: number) => `${known ? '137' : '136'}${20_000_000 + i}`;
    await app.core.database.transact(async (db) => {
      for (let i = 0; i < most; i += 1)
        await db.insert(users).values({
          id: newId('usr'),
          mobile: numberOf(true, i),
          passwordHash,
          role: 'BIDDER',
          createdAt: now,
        });
    });
    let next = 0;
    let asked = 0;
    for (const [name, door] of Object.entries(doors)) {
      const took = { known: [] as number[], unknown: [] as number[] };
      const answers = new Set<string>();
      for (let i = 0; i < door.samples; i += 1) {
        // Each number once, so that none is locked; no address so often that it is slowed down.
        next += 1;
        // Who comes first has no meaning.
        const turns = Math.random() < 0.5 ? ([true, false] as const) : ([false, true] as const);
        for (const known of turns) {
          asked += 1;
          const input = { ...door.input, mobile: numberOf(known, next) };
          const request = new Request(`${app.core.config.publicOrigin}/graphql`, {
            method: 'POST',
            headers: {
              'content-type': 'application/json',
              origin: app.core.config.publicOrigin,
              'x-forwarded-for': `10.${asked >> 12}.${(asked >> 4) & 255}.1`,
            },
            body: JSON.stringify({ query: door.query, variables: { input } }),
          });
          const begun = performance.now();
          const answer = await (await app.fetch(request)).text();
          took[known ? 'known' : 'unknown'].push(performance.now() - begun);
          answers.add(answer);
        }
      }
      if (answers.size !== 1)
        throw new Error(`${name} answers differently: ${[...answers].slice(0, 2).join(' ')}`);
      const ms = (value: number) => value.toFixed(2);
      process.stdout.write(
        `${name.padEnd(28)} known ${ms(median(took.known))} ms   unknown ${ms(median(took.unknown))} ms   ` +
          `apart ${ms(Math.abs(median(took.known) - median(took.unknown)))} ms   ` +
          `p ${mannWhitney(took.known, took.unknown).toFixed(3)}  (${door.samples} each)\n`,
      );
    }
  } finally {
    await end();
  }
}

/** Two-sided p of the rank sum test, by the normal approximation; times to the nanosecond have no ties worth a correction. */
function mannWhitney(a: readonly number[], b: readonly number[]): number {
  const ranked = [
    ...a.map((value) => ({ value, first: true })),
    ...b.map((value) => ({ value, first: false })),
  ].sort((x, y) => x.value - y.value);
  const rankSum = ranked.reduce((sum, { first }, i) => (first ? sum + i + 1 : sum), 0);
  const u = rankSum - (a.length * (a.length + 1)) / 2;
  const mean = (a.length * b.length) / 2;
  const deviation = Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12);
  const z = Math.abs(u - mean) / deviation;
  return 2 * (1 - normal(z));
}

/** Abramowitz and Stegun 26.2.17, good to 7.5e-8. */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const terms = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const tail = terms.reduceRight((sum, term) => t * (term + sum), 0);
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * tail;
}
