import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readConfig } from '../../config.ts';
import { authorization, canonicalQuery, createAliyunSms } from './aliyun.ts';
import { type Arrived, httpSmsPortConforms, openProvider, smsPortConforms } from './conformance.fixture.ts';
import { createSandboxSms } from './sandbox.ts';
import { createSignedPostSms } from './signed-post.ts';

const NOW_MS = Date.UTC(2026, 10, 24, 2);
const now = () => NOW_MS;

smsPortConforms('the sandbox', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sms-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const port = createSandboxSms(join(folder, 'sms.jsonl'), now);
  return {
    port,
    arrived: async () =>
      (await port.caught(null)).map(({ id, mobile, text }) => ({ id, mobile, content: text })),
  };
});

const secret = 'a secret of this test';

function readSignedPost(request: IncomingMessage, body: string): Arrived | null {
  const timestamp = request.headers['x-timestamp'];
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  if (timestamp !== String(NOW_MS / 1000) || request.headers['x-signature'] !== signature) return null;
  const { id, mobile, text } = JSON.parse(body);
  return { id, mobile, content: text };
}

httpSmsPortConforms('a signed POST', async () => {
  const provider = await openProvider(
    readSignedPost,
    { status: 202, body: '{}' },
    { status: 401, body: '{}' },
  );
  return {
    provider,
    port: createSignedPostSms(provider.url, secret, now),
    impatient: createSignedPostSms(provider.url, secret, now, 50),
    forged: createSignedPostSms(provider.url, 'another secret', now),
  };
}, [
  { name: 'an outage', answer: { status: 503, body: '' }, permanent: false },
  { name: 'too many', answer: { status: 429, body: '' }, permanent: false },
  { name: 'a number that does not exist', answer: { status: 422, body: '' }, permanent: true },
]);

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** As Alibaba Cloud's documentation has it of a request that arrived, written a second time. */
function readAliyun(request: IncomingMessage, body: string): Arrived | null {
  const { authorization: given = '', host } = request.headers;
  const [, accessKeyId, names = '', signature] =
    /^ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$/.exec(given) ?? [];
  const [path, query = ''] = (request.url ?? '').split('?');
  const headers = names.split(';').map((name) => `${name}:${request.headers[name]}\n`);
  const canonical = `${request.method}\n${path}\n${query}\n${headers.join('')}\n${names}\n${sha256(body)}`;
  const expected = createHmac('sha256', secret)
    .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
    .digest('hex');
  const covered = [
    'host',
    'x-acs-action',
    'x-acs-content-sha256',
    'x-acs-date',
    'x-acs-signature-nonce',
    'x-acs-version',
  ];
  const isRight =
    signature === expected &&
    accessKeyId === 'demo-key' &&
    covered.every((name) => names.split(';').includes(name)) &&
    request.headers['x-acs-content-sha256'] === sha256(body) &&
    request.headers['x-acs-action'] === 'SendSms' &&
    request.headers['x-acs-date'] === '2026-11-24T02:00:00Z' &&
    host !== undefined;
  if (!isRight) return null;
  const params = new URLSearchParams(query.replaceAll('+', '%2B'));
  const template = params.get('TemplateCode');
  const variables = JSON.parse(params.get('TemplateParam') ?? '');
  if (params.get('SignName') !== '演示签名') return null;
  return {
    id: params.get('OutId') ?? '',
    mobile: params.get('PhoneNumbers') ?? '',
    content: template === 'SMS_CODE' ? variables.code : template === 'SMS_NOTICE' ? variables.content : '',
  };
}

const said = (Code: string, status = 200) => ({
  status,
  body: JSON.stringify({ Code, Message: '13900000001 ' }),
});

httpSmsPortConforms('Aliyun', async () => {
  const provider = await openProvider(readAliyun, said('OK'), said('SignatureDoesNotMatch', 400));
  const options = {
    url: provider.url,
    accessKeyId: 'demo-key',
    accessKeySecret: secret,
    signName: '演示签名',
    codeTemplate: 'SMS_CODE',
    noticeTemplate: 'SMS_NOTICE',
  };
  return {
    provider,
    port: createAliyunSms(options, now),
    impatient: createAliyunSms(options, now, 50),
    forged: createAliyunSms({ ...options, accessKeySecret: 'another secret' }, now),
  };
}, [
  { name: 'an outage', answer: { status: 503, body: 'not JSON' }, permanent: false },
  { name: 'a success that is none', answer: { status: 200, body: '{}' }, permanent: false },
  { name: 'too many to one number', answer: said('isv.BUSINESS_LIMIT_CONTROL'), permanent: false },
  { name: 'an empty account', answer: said('isv.AMOUNT_NOT_ENOUGH'), permanent: false },
  { name: 'a fault of theirs', answer: said('isp.SYSTEM_ERROR'), permanent: false },
  { name: 'throttling', answer: said('Throttling.User', 400), permanent: false },
  { name: 'a number that does not exist', answer: said('isv.MOBILE_NUMBER_ILLEGAL'), permanent: true },
  { name: 'words that are not allowed', answer: said('isv.BLACK_KEY_CONTROL_LIMIT'), permanent: true },
  {
    name: 'a template that lacks a variable',
    answer: said('isv.TEMPLATE_MISSING_PARAMETERS'),
    permanent: true,
  },
]);

test('the signature is that of the example in Alibaba Cloud’s documentation', () => {
  const header = authorization(
    { accessKeyId: 'YourAccessKeyId', accessKeySecret: 'YourAccessKeySecret' },
    {
      path: '/',
      query: canonicalQuery({
        RegionId: 'cn-shanghai',
        ImageId: 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd',
      }),
      headers: {
        'x-acs-version': '2014-05-26',
        host: 'ecs.cn-shanghai.aliyuncs.com',
        'x-acs-action': 'RunInstances',
        'x-acs-date': '2023-10-26T10:22:32Z',
        'x-acs-signature-nonce': '3156853299f313e23d1673dc12e1703d',
        'x-acs-content-sha256': sha256(''),
      },
      body: '',
    },
  );
  expect(header).toBe(
    'ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
  );
});

const production = {
  MODE: 'production',
  PUBLIC_ORIGIN: 'https://example.com',
  SECRET_KEY_FILE: '/keys/platform',
  BROKER_NAME: '演示经纪',
  BROKER_LICENSE: '演示-1',
  SEAL_KEYS_DIR: '/keys/seals',
  SEAL_TRUST_DIR: '/keys/roots',
};

test('the provider is chosen by configuration, which names what is missing', () => {
  expect(() => readConfig(production)).toThrow(/SMS_SECRET_FILE.*SMS_URL/s);
  expect(() => readConfig({ ...production, SMS_PROVIDER: 'aliyun', SMS_SECRET_FILE: '/keys/sms' })).toThrow(
    /SMS_ACCESS_KEY_ID.*SMS_SIGN_NAME.*SMS_CODE_TEMPLATE.*SMS_NOTICE_TEMPLATE/s,
  );
  expect(
    readConfig({
      ...production,
      SMS_PROVIDER: 'aliyun',
      SMS_SECRET_FILE: '/keys/sms',
      SMS_ACCESS_KEY_ID: 'demo-key',
      SMS_SIGN_NAME: '演示签名',
      SMS_CODE_TEMPLATE: 'SMS_1',
      SMS_NOTICE_TEMPLATE: 'SMS_2',
    }).sms,
  ).toEqual({
    provider: 'aliyun',
    url: 'https://dysmsapi.aliyuncs.com/',
    accessKeyId: 'demo-key',
    secretFile: '/keys/sms',
    signName: '演示签名',
    codeTemplate: 'SMS_1',
    noticeTemplate: 'SMS_2',
  });
  expect(readConfig({ SMS_URL: 'https://example.com' }).sms).toBeNull();
});
