import { createHash } from 'node:crypto';
import { flushPromises } from '@vue/test-utils';
import { expect, test, vi } from 'vitest';
import { maxMegabytes, refuseDigest, sha256Of } from '../src/features/verify/file-digest.ts';
import VerifyPage from '../src/features/verify/VerifyPage.vue';
import { verdictOf } from '../src/features/verify/verdict.ts';
import { fakeApi } from './support/api.ts';
import { mountPage } from './support/mount.ts';

const absent = {
  __typename: 'PolicyVerification',
  valid: false,
  state: null,
  stateLabel: null,
  insurer: null,
  sumInsured: null,
  start: null,
  end: null,
  seals: null,
  checkedAt: '2026-11-24T10:00:00.000+08:00',
};
const valid = {
  ...absent,
  valid: true,
  state: 'ACTIVE',
  stateLabel: '保障中',
  insurer: '紫辰财产保险（演示）',
  sumInsured: '10000.00',
  start: '2026-11-25',
  end: '2029-08-20',
};

async function page(answer: object, at = '/verify') {
  const api = fakeApi({ VerifyPolicy: { verifyPolicy: answer } });
  const { wrapper } = await mountPage(VerifyPage, { client: api.client, at });
  await flushPromises();
  return { api, wrapper };
}

test('a scanned code fills in the form and asks at once', async () => {
  const { api, wrapper } = await page(valid, '/verify?number=P-2026-1&code=k7qm2xpd94tf');

  await vi.waitFor(() => expect(wrapper.text()).toContain('保函真实有效'));
  expect(api.of('VerifyPolicy')[0]?.variables).toEqual({
    input: { policyNumber: 'P-2026-1', code: 'K7QM2XPD94TF' },
  });
  expect(wrapper.text()).toContain('¥10,000.00');
  expect(wrapper.text()).toContain('2026年11月25日 至 2029年8月20日');
  expect(wrapper.text()).toContain('2026-11-24 10:00:00');
});

test('a seal is shown with who made it, when, and who vouches for it', async () => {
  const seal = {
    __typename: 'PolicySeal',
    holds: true,
    coversAll: true,
    signedAt: '2026-11-24T10:00:00.000+08:00',
    trusted: true,
    trustFault: null,
    trustRoot: '紫辰财产保险（演示证书，自签名）',
    revocationChecked: false,
    chain: [
      {
        __typename: 'PolicySealCertificate',
        subject: '紫辰财产保险（演示证书，自签名）',
        issuer: '紫辰财产保险（演示证书，自签名）',
        serialNumber: '4d70',
        validFrom: '2026-11-23T10:00:00.000+08:00',
        validUntil: '2036-11-20T10:00:00.000+08:00',
        selfSigned: true,
        signatureHolds: true,
      },
    ],
  };
  const { wrapper } = await page({ ...valid, seals: [seal] }, '/verify?number=P-2026-1&code=k7qm2xpd94tf');
  await vi.waitFor(() =>
    expect(wrapper.text()).toContain('有效且受信任，覆盖整个文件，签章时间 2026-11-24 10:00:00'),
  );
  expect(wrapper.text()).toContain('2026-11-23 至 2036-11-20');
  expect(wrapper.text()).toContain('受信任的根证书“紫辰财产保险（演示证书，自签名）”，未核对吊销列表');
  expect(wrapper.text()).toContain('自签名证书，未经第三方认证机构核验');
});

test('a seal that holds but leads to no root is shown as not trusted, with the reason', async () => {
  const seal = {
    __typename: 'PolicySeal',
    holds: true,
    coversAll: true,
    signedAt: null,
    trusted: false,
    trustFault: '证书链不能追溯到受信任的根证书',
    trustRoot: null,
    revocationChecked: false,
    chain: [],
  };
  const { wrapper } = await page({ ...valid, seals: [seal] }, '/verify?number=P-2026-1&code=k7qm2xpd94tf');
  await vi.waitFor(() => expect(wrapper.text()).toContain('签名完整但证书不受信任'));
  expect(wrapper.text()).toContain('证书链不能追溯到受信任的根证书。');
});

test('a file without a seal says so', async () => {
  const { wrapper } = await page({ ...valid, seals: [] }, '/verify?number=P-2026-1&code=k7qm2xpd94tf');
  await vi.waitFor(() => expect(wrapper.text()).toContain('没有电子签章'));
});

test('without number or code nothing is asked', async () => {
  const { api, wrapper } = await page(valid, '/verify?number=P-2026-1');
  await wrapper.get('form').trigger('submit');
  await vi.waitFor(() => expect(wrapper.text()).toContain('请填写验真码'));
  expect(api.sent).toHaveLength(0);
});

test('a file is asked for by its digest; the file itself stays in the browser', async () => {
  const { api, wrapper } = await page(absent);
  const content = '%PDF-1.7 保函';
  const input = wrapper.get('input[type=file]');
  const file = new File([content], '保函.pdf', { type: 'application/pdf' });
  Object.defineProperty(input.element, 'files', { value: [file] });
  await input.trigger('change');

  await vi.waitFor(() => expect(wrapper.text()).toContain('没有与该文件一致的保函'));
  const sha256 = createHash('sha256').update(content).digest('hex');
  expect(api.of('VerifyPolicy')[0]?.variables).toEqual({ input: { sha256 } });
});

test('the same question can be asked again', async () => {
  const { api, wrapper } = await page(valid, '/verify?number=P-2026-1&code=A');
  await vi.waitFor(() => expect(wrapper.text()).toContain('保函真实有效'));
  await wrapper.get('form').trigger('submit');
  await vi.waitFor(() => expect(api.of('VerifyPolicy')).toHaveLength(2));
});

test('the digest is SHA-256 in lower-case hexadecimal digits', async () => {
  expect(await sha256Of(new Blob(['abc']))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

test('an empty file and one too large to be a policy are not read', () => {
  expect(refuseDigest(new File([], 'a.pdf'))).toContain('文件是空的');
  const large = new File(['x'], 'a.pdf');
  Object.defineProperty(large, 'size', { value: maxMegabytes * 1024 * 1024 + 1 });
  expect(refuseDigest(large)).toContain(`文件超过 ${maxMegabytes} MB`);
});

test('before the opening a genuine policy shows that it is genuine and nothing else', () => {
  const verdict = verdictOf({ valid: true, state: null, stateLabel: null }, false);
  expect(verdict).toMatchObject({ tone: 'success', title: '保函真实有效' });
  expect(verdict.text).toContain('开标后可以查询');
});

test('a policy that has ended is told from one that never was', () => {
  const ended = verdictOf({ valid: false, state: 'SURRENDERED', stateLabel: '已退保' }, false);
  expect(ended).toMatchObject({ tone: 'warning', title: '保函已不再有效' });
  expect(ended.text).toContain('已退保');
  expect(verdictOf({ valid: false, state: null, stateLabel: null }, false).title).toBe('未通过核验');
});
