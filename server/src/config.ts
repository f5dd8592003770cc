import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';

const projectFolder = fileURLToPath(new URL('../..', import.meta.url));

export interface Config {
  /** `sandbox` has demonstration data and sandbox counterparts; `production` has neither. */
  readonly mode: 'sandbox' | 'production';
  readonly port: number;
  readonly host: string;
  readonly metricsPort: number | null;
  /** Absolute folder of database, files and keys. */
  readonly dataDir: string;
  readonly databaseFile: string;
  /** Scheme, host and port that browsers use: cookies and links in documents depend on it. */
  readonly publicOrigin: string;
  /** Whether X-Forwarded-For of a proxy of ours names the caller. */
  readonly trustProxy: boolean;
  /** Whether the sandbox's insurers answer by themselves. */
  readonly sandboxInsurer: boolean;
  /** How long they take: to answer, for a step of an invoice, and for the post. */
  readonly sandboxPace: {
    readonly answerMs: number;
    readonly invoiceStepMs: number;
    readonly parcelMs: number;
  };
  /** 32 bytes in base64 that all keys derive from. Null in the sandbox: made at first start, kept in `dataDir`. */
  readonly secretKeyFile: string | null;
  /** Folder with a PEM file an insurer. Null in the sandbox, which makes its own. */
  readonly sealKeysDir: string | null;
  /** Folder with root certificates and revocation lists that seals are held against. Null: the keys' own certificates are the roots. */
  readonly sealTrustDir: string | null;
  /** Null in the sandbox, which sends nothing. */
  readonly sms: SmsConfig | null;
  /** Whether staff have to sign in with a second factor: everywhere but in the demonstration. */
  readonly secondFactorRequired: boolean;
  readonly hotline: string;
  readonly filingNumber: string | null;
  /** The broker that sells and helps with claims: full name and licence stand on every sales page. */
  readonly broker: { readonly name: string; readonly licenseNumber: string };
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

export type SmsConfig =
  | { readonly provider: 'signed-post'; readonly url: string; readonly secretFile: string }
  | {
      readonly provider: 'aliyun';
      readonly url: string;
      readonly accessKeyId: string;
      /** Holds the secret of the access key. */
      readonly secretFile: string;
      readonly signName: string;
      /** Code of the approved template with the variable `code`. */
      readonly codeTemplate: string;
      /** Code of the approved template with the variable `content`. */
      readonly noticeTemplate: string;
    };

/** Fictional; a production configuration has to name its own. */
const sandboxBroker = { name: '演示保险经纪有限公司（演示）', licenseNumber: '演示-经纪-000001' };

const text = z.string().trim().min(1);
const optional = text.optional().transform((value) => value ?? null);
const port = z.coerce.number().int().min(0).max(65_535);
const seconds = z.coerce.number().int().min(0).max(86_400);

const schema = z
  .object({
    MODE: z.enum(['sandbox', 'production']).default('sandbox'),
    PORT: port.default(4000),
    HOST: text.default('127.0.0.1'),
    METRICS_PORT: port.optional().transform((value) => value ?? null),
    DATA_DIR: text.default('data'),
    DATABASE_URL: optional,
    PUBLIC_ORIGIN: z.url().optional(),
    TRUST_PROXY: z.enum(['0', '1']).default('0'),
    SANDBOX_INSURER: z.enum(['0', '1']).default('1'),
    SANDBOX_ANSWER_SECONDS: seconds.default(2),
    SANDBOX_INVOICE_SECONDS: seconds.default(1),
    SANDBOX_PARCEL_SECONDS: seconds.default(30),
    SECRET_KEY_FILE: optional,
    SEAL_KEYS_DIR: optional,
    SEAL_TRUST_DIR: optional,
    SMS_PROVIDER: z.enum(['signed-post', 'aliyun']).default('signed-post'),
    SMS_URL: z.url().optional(),
    SMS_SECRET_FILE: optional,
    SMS_ACCESS_KEY_ID: optional,
    SMS_SIGN_NAME: optional,
    SMS_CODE_TEMPLATE: optional,
    SMS_NOTICE_TEMPLATE: optional,
    HOTLINE: text.default('400-800-5100'),
    FILING_NUMBER: optional,
    BROKER_NAME: optional,
    BROKER_LICENSE: optional,
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  })
  .superRefine((env, context) => {
    if (env.MODE !== 'production') return;
    for (const name of [
      'PUBLIC_ORIGIN',
      'SECRET_KEY_FILE',
      'SEAL_KEYS_DIR',
      'SEAL_TRUST_DIR',
      'SMS_SECRET_FILE',
      ...(env.SMS_PROVIDER === 'aliyun'
        ? (['SMS_ACCESS_KEY_ID', 'SMS_SIGN_NAME', 'SMS_CODE_TEMPLATE', 'SMS_NOTICE_TEMPLATE'] as const)
        : (['SMS_URL'] as const)),
      'BROKER_NAME',
      'BROKER_LICENSE',
    ] as const) {
      if (!env[name])
        context.addIssue({ code: 'custom', path: [name], message: 'is required when MODE=production' });
    }
  });

/**
 * Reads the environment once. The only reader of `process.env` in the server.
 *
 * @throws Error that names every variable at fault, never its value
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(present);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The configuration is not usable.\n  ${faults.join('\n  ')}`);
  }
  const values = parsed.data;
  const dataDir = isAbsolute(values.DATA_DIR) ? values.DATA_DIR : resolve(projectFolder, values.DATA_DIR);
  return {
    mode: values.MODE,
    port: values.PORT,
    host: values.HOST,
    metricsPort: values.METRICS_PORT,
    dataDir,
    databaseFile: databaseFile(values.DATABASE_URL, dataDir),
    publicOrigin: new URL(values.PUBLIC_ORIGIN ?? `http://localhost:${values.PORT}`).origin,
    trustProxy: values.TRUST_PROXY === '1',
    sandboxInsurer: values.SANDBOX_INSURER === '1',
    sandboxPace: {
      answerMs: values.SANDBOX_ANSWER_SECONDS * 1000,
      invoiceStepMs: values.SANDBOX_INVOICE_SECONDS * 1000,
      parcelMs: values.SANDBOX_PARCEL_SECONDS * 1000,
    },
    secretKeyFile: values.SECRET_KEY_FILE,
    sealKeysDir: values.SEAL_KEYS_DIR,
    sealTrustDir: values.SEAL_TRUST_DIR,
    sms: values.MODE === 'production' ? smsOf(values) : null,
    secondFactorRequired: values.MODE === 'production',
    hotline: values.HOTLINE,
    filingNumber: values.FILING_NUMBER,
    broker: {
      name: values.BROKER_NAME ?? sandboxBroker.name,
      licenseNumber: values.BROKER_LICENSE ?? sandboxBroker.licenseNumber,
    },
    logLevel: values.LOG_LEVEL,
  };
}

/** What the rules of the schema have made sure of in production. */
function smsOf(values: z.infer<typeof schema>): SmsConfig {
  const secretFile = values.SMS_SECRET_FILE ?? '';
  return values.SMS_PROVIDER === 'aliyun'
    ? {
        provider: 'aliyun',
        url: values.SMS_URL ?? 'https://dysmsapi.aliyuncs.com/',
        accessKeyId: values.SMS_ACCESS_KEY_ID ?? '',
        secretFile,
        signName: values.SMS_SIGN_NAME ?? '',
        codeTemplate: values.SMS_CODE_TEMPLATE ?? '',
        noticeTemplate: values.SMS_NOTICE_TEMPLATE ?? '',
      }
    : { provider: 'signed-post', url: values.SMS_URL ?? '', secretFile };
}

/** `file:` URLs and plain paths; relative ones stand in the data folder. */
function databaseFile(url: string | null, dataDir: string): string {
  if (!url) return join(dataDir, 'platform.sqlite');
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(url) && !url.startsWith('file://')) {
    throw new Error(
      'The configuration is not usable.\n  DATABASE_URL: only SQLite files are supported so far',
    );
  }
  const base = `${pathToFileURL(dataDir).href}/`;
  return url.startsWith('file:')
    ? fileURLToPath(new URL(url.slice('file:'.length), base))
    : resolve(dataDir, url);
}
