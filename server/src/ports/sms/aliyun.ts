import { createHash, createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { PermanentFault } from '../../kernel/permanent-fault.ts';
import { limits } from '../../limits.ts';
import type { SmsPort } from './port.ts';

export interface AliyunSmsOptions {
  /** `https://dysmsapi.aliyuncs.com/`, or a region's own. */
  readonly url: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** As it was approved, without brackets. */
  readonly signName: string;
  readonly codeTemplate: string;
  readonly noticeTemplate: string;
}

/**
 * Faults of the message itself. All others (frequency, balance, a template not yet approved, a key just changed) may
 * be over when it is tried again.
 */
const permanent = new Set([
  'isv.MOBILE_NUMBER_ILLEGAL',
  'isv.MOBILE_COUNT_OVER_LIMIT',
  'isv.DOMESTIC_NUMBER_NOT_SUPPORTED',
  'isv.INVALID_PARAMETERS',
  'isv.INVALID_JSON_PARAM',
  'isv.TEMPLATE_MISSING_PARAMETERS',
  'isv.TEMPLATE_PARAMS_ILLEGAL',
  'isv.PARAM_LENGTH_LIMIT',
  'isv.PARAM_NOT_SUPPORT_URL',
  'isv.BLACK_KEY_CONTROL_LIMIT',
  'isv.SMS_CONTENT_ILLEGAL',
]);

const outcome = z.object({ Code: z.string() });

/** Alibaba Cloud's SendSms. It sends approved templates only, one for codes and one for everything else. */
export function createAliyunSms(
  options: AliyunSmsOptions,
  now: () => number,
  timeoutMs: number = limits.smsTimeoutMs,
): SmsPort {
  const url = new URL(options.url);
  return {
    async send({ id, mobile, template }) {
      const query = canonicalQuery({
        PhoneNumbers: mobile,
        SignName: options.signName,
        TemplateCode: template.kind === 'CODE' ? options.codeTemplate : options.noticeTemplate,
        TemplateParam: JSON.stringify(template.params),
        OutId: id,
      });
      const headers = {
        host: url.host,
        'x-acs-action': 'SendSms',
        'x-acs-content-sha256': sha256(''),
        'x-acs-date': new Date(now()).toISOString().replace(/\.\d{3}Z$/, 'Z'),
        'x-acs-signature-nonce': randomBytes(16).toString('hex'),
        'x-acs-version': '2017-05-25',
      };
      const { host: _, ...sent } = headers;
      const answer = await fetch(`${url.origin}/?${query}`, {
        method: 'POST',
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
        headers: { ...sent, authorization: authorization(options, { path: '/', query, headers, body: '' }) },
      });
      const { data } = outcome.safeParse(await answer.json().catch(() => null));
      if (answer.ok && data?.Code === 'OK') return;
      // The words beside the code may repeat the number: they are not passed on.
      const fault = `Aliyun answered ${answer.status} ${data?.Code ?? 'without a code'}.`;
      throw data && permanent.has(data.Code) ? new PermanentFault(fault) : new Error(fault);
    },
  };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** RFC 3986, which leaves fewer signs alone than `encodeURIComponent` does. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** Sorted and encoded, as it is signed and sent. */
export const canonicalQuery = (params: Readonly<Record<string, string>>): string =>
  Object.entries(params)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');

/** What ACS3-HMAC-SHA256 signs of a POST. */
interface SignedRequest {
  readonly path: string;
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The Authorization header of Alibaba Cloud's V3 signature. */
export function authorization(
  { accessKeyId, accessKeySecret }: Pick<AliyunSmsOptions, 'accessKeyId' | 'accessKeySecret'>,
  { path, query, headers, body }: SignedRequest,
): string {
  const names = Object.keys(headers).toSorted();
  const signedHeaders = names.join(';');
  const lines = names.map((name) => `${name}:${headers[name]?.trim()}\n`).join('');
  const request = ['POST', path, query, lines, signedHeaders, sha256(body)].join('\n');
  const signature = createHmac('sha256', accessKeySecret)
    .update(`ACS3-HMAC-SHA256\n${sha256(request)}`)
    .digest('hex');
  return `ACS3-HMAC-SHA256 Credential=${accessKeyId},SignedHeaders=${signedHeaders},Signature=${signature}`;
}
