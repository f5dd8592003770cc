import { flushPromises, type VueWrapper } from '@vue/test-utils';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import CertificationForm from '../src/features/enterprise/CertificationForm.vue';
import CertificationWaiting from '../src/features/enterprise/CertificationWaiting.vue';
import ChangePage from '../src/features/enterprise/ChangePage.vue';
import {
  type Certification,
  changesSomething,
  differencesFrom,
  knownNumber,
  needsNewLicense,
} from '../src/features/enterprise/certification-rules.ts';
import ProfilePage from '../src/features/enterprise/ProfilePage.vue';
import { fakeApi } from './support/api.ts';
import { mountPage } from './support/mount.ts';

const file = (id: string) => ({
  id,
  url: `/files/${id}`,
  bytes: 1000,
  contentType: 'image/png',
  sha256: 'a',
});

const certification = (change: Partial<Certification> = {}): Certification => ({
  __typename: 'Certification',
  id: 'crt_1',
  number: 'RZ2026112900000001',
  state: 'APPROVED',
  stateLabel: '已通过',
  isChange: false,
  name: '本溪示例建设有限公司',
  creditCode: '91440400MA55XYY50B',
  legalRepresentative: { name: '赵示例', idType: 'RESIDENT_ID', idNumberMasked: '110***********002X' },
  license: file('upl_old'),
  submittedAt: '2026-11-24T01:00:00Z',
  expeditedAt: null,
  dueAt: '2036-11-25T01:00:00Z',
  overdue: false,
  queuePosition: null,
  decidedAt: '2026-11-24T02:00:00Z',
  rejectionReason: null,
  rejectedFields: [],
  changes: [],
  availableEvents: [],
  ...change,
});
const inForce = certification();
const rejected = certification({
  id: 'crt_2',
  state: 'REJECTED',
  stateLabel: '未通过',
  rejectionReason: '名称与执照不符',
  rejectedFields: ['name'],
});
const enterprise = { name: inForce.name, creditCode: inForce.creditCode };

beforeEach(() => {
  window.localStorage.clear();
  window.sessionStorage.clear();
  document.body.innerHTML = '';
});

async function form(props: Record<string, unknown>) {
  const api = fakeApi({
    SubmitCertification: { submitCertification: certification({ state: 'PENDING_REVIEW' }) },
  });
  const { wrapper } = await mountPage(CertificationForm, {
    client: api.client,
    props: { last: null, userId: 'usr_1', ...props },
  });
  await flushPromises();
  const input = (label: string) => {
    const item = wrapper.findAll('.el-form-item').find((one) => one.find('label').text().includes(label));
    if (!item) throw new Error(`No field ${label}.`);
    return item.get('input');
  };
  const submit = async () => {
    await wrapper.get('form').trigger('submit');
    await flushPromises();
  };
  return { api, wrapper, input, submit };
}

const press = async (label: string) => {
  const button = [...document.querySelectorAll('button')].find((one) => one.textContent?.trim() === label);
  if (!button) throw new Error(`No button ${label}.`);
  button.click();
  await flushPromises();
};
const sentInput = (api: ReturnType<typeof fakeApi>) => api.of('SubmitCertification')[0]?.variables.input;
const held = (field: ReturnType<VueWrapper['get']>) => (field.element as HTMLInputElement).value;

describe('the form after a rejection', () => {
  test('keeps everything, and marks a rejected field until it is changed', async () => {
    const { wrapper, input } = await form({ last: rejected });
    expect(held(input('企业名称'))).toBe(rejected.name);
    expect(wrapper.text()).toContain('名称与执照不符');
    expect(wrapper.text()).toContain('110***********002X');
    expect(wrapper.get('.preview').attributes('href')).toBe('/files/upl_old');
    await vi.waitFor(() => expect(wrapper.get('[role=alert]').text()).toBe('审核未通过，请核对后修改。'));
    await input('企业名称').setValue('本溪示例新建设有限公司');
    await vi.waitFor(() => expect(wrapper.find('[role=alert]').exists()).toBe(false));
  });

  test('hands the number and the licence in again without their being given again', async () => {
    const { api, input, submit } = await form({ last: rejected });
    await input('企业名称').setValue('本溪示例新建设有限公司');
    await submit();
    await vi.waitFor(() =>
      expect(sentInput(api)).toEqual({
        name: '本溪示例新建设有限公司',
        creditCode: rejected.creditCode,
        legalRepresentative: { name: '赵示例', idType: 'RESIDENT_ID', idNumber: null },
        licenseUploadId: 'upl_old',
      }),
    );
  });

  test('asks for the number of another person, and for a licence that was at fault', async () => {
    const { api, wrapper, input, submit } = await form({
      last: { ...rejected, rejectedFields: ['licenseUploadId'] },
    });
    expect(wrapper.find('.preview').exists()).toBe(false);
    await input('法人姓名').setValue('钱示例');
    expect(wrapper.text()).not.toContain('沿用已提交的证件号码');
    await submit();
    await vi.waitFor(() => expect(wrapper.text()).toContain('请填写证件号码'));
    expect(wrapper.text()).toContain('请上传企业营业执照扫描件');
    expect(api.of('SubmitCertification')).toHaveLength(0);
  });

  test('what was typed is there again after the tab was closed, but for the number of the document', async () => {
    const first = await form({ last: null });
    await first.input('企业名称').setValue('本溪示例建设有限公司');
    await first.input('证件号码').setValue('11010519491231002X');
    first.wrapper.unmount();
    window.sessionStorage.clear();
    const second = await form({ last: null });
    expect([held(second.input('企业名称')), held(second.input('证件号码'))]).toEqual([inForce.name, '']);
    second.wrapper.unmount();
    expect(held((await form({ last: null, userId: 'usr_2' })).input('企业名称'))).toBe('');
  });
});

describe('the form of a change', () => {
  test('shows what is in force, wants the licence that was issued anew, and says that nothing changed', async () => {
    const { api, wrapper, input, submit } = await form({ enterprise, inForce });
    expect(wrapper.findAll('.former').map((one) => one.text())).toContain('现行本溪示例建设有限公司');
    await submit();
    await vi.waitFor(() => expect(wrapper.text()).toContain('无需变更'));
    await input('企业名称').setValue('本溪示例集团有限公司');
    await submit();
    await vi.waitFor(() => expect(wrapper.text()).toContain('请上传换发的营业执照'));
    expect(api.of('SubmitCertification')).toHaveLength(0);
  });

  test('is shown once more, old beside new, before it goes out', async () => {
    const last = certification({ ...rejected, isChange: true, license: file('upl_new'), rejectedFields: [] });
    const { api, input, submit } = await form({ enterprise, inForce, last });
    await input('企业名称').setValue('本溪示例集团有限公司');
    await submit();
    await vi.waitFor(() => expect(document.querySelector('.differences')).not.toBeNull());
    const rows = [...document.querySelectorAll('.differences tbody tr')].map((row) =>
      [...row.children].map((cell) => cell.textContent?.trim()),
    );
    expect(rows).toEqual([
      ['企业名称', '本溪示例建设有限公司', '本溪示例集团有限公司'],
      ['企业营业执照', '查看原执照', '查看新执照'],
    ]);
    expect(api.of('SubmitCertification')).toHaveLength(0);
    await press('确认提交');
    await vi.waitFor(() => expect(sentInput(api)).toMatchObject({ licenseUploadId: 'upl_new' }));
  });
});

describe('what a change consists of', () => {
  const values = {
    name: inForce.name,
    representativeName: '赵示例',
    idType: 'RESIDENT_ID',
    idNumber: '',
    license: inForce.license,
  } as const;

  test.each([
    ['nothing', {}, [], false, false],
    ['a clearer picture', { license: { id: 'upl_new' } }, ['licenseUploadId'], false, false],
    ['a name', { name: '新名称' }, ['name'], true, true],
    ['a person', { representativeName: '钱示例' }, ['legalRepresentative.name'], true, true],
    ['another number', { idNumber: '110105194912310038' }, ['legalRepresentative.idNumber'], false, true],
    ['another document', { idType: 'PASSPORT' }, ['legalRepresentative.idType'], false, true],
  ] as const)('%s', (_name, change, fields, newLicense, something) => {
    const differences = differencesFrom(inForce, inForce.name, { ...values, ...change });
    expect(differences.map(({ field }) => field)).toEqual(fields);
    expect([needsNewLicense(differences), changesSomething(differences)]).toEqual([newLicense, something]);
  });

  test('a number is known for the same document of the same person only', () => {
    expect(knownNumber([null, inForce], { ...values, representativeName: ' 赵示例 ' })).toBe(
      '110***********002X',
    );
    expect(knownNumber([inForce], { ...values, representativeName: '钱示例' })).toBeNull();
    expect(knownNumber([inForce], { ...values, idType: 'PASSPORT' })).toBeNull();
  });
});

test('expediting says what it brought', async () => {
  const pending = certification({ state: 'PENDING_REVIEW', queuePosition: 3, availableEvents: ['EXPEDITE'] });
  const api = fakeApi({ ExpediteCertification: { expediteCertification: { ...pending, queuePosition: 1 } } });
  const { wrapper } = await mountPage(CertificationWaiting, {
    client: api.client,
    props: { certification: pending },
  });
  expect(wrapper.text()).toContain('第 3 位，前面还有 2 家');
  await press('加急认证');
  await press('申请加急');
  await vi.waitFor(() => expect(wrapper.text()).toContain('排队由第 3 位提前到第 1 位'));
});

test('who waits longer than was promised is told so in words', async () => {
  const dueAt = new Date(Date.now() - 2 * 3_600_000 - 60_000).toISOString();
  const pending = certification({ state: 'PENDING_REVIEW', queuePosition: 1, dueAt, overdue: true });
  const { wrapper } = await mountPage(CertificationWaiting, {
    client: fakeApi({}).client,
    props: { certification: pending },
  });
  expect(wrapper.text()).toContain('已超过预计时间 2 小时 1 分');
});

describe('an enterprise whose change was not approved', () => {
  const member = (isSelf: boolean) => ({
    id: 'usr_1',
    name: '孙示例',
    mobile: '13800138000',
    isOwner: true,
    isSelf,
  });
  const standing = (change: Certification, isOwner: boolean) => ({
    viewer: {
      __typename: 'Viewer',
      readiness: 'READY',
      user: { id: 'usr_1' },
      enterprise: { __typename: 'Enterprise', id: 'ent_1', ...enterprise, members: [member(isOwner)] },
      certification: change,
      certificationInForce: inForce,
    },
  });
  const profile = {
    viewer: {
      __typename: 'Viewer',
      readiness: 'READY',
      enterprise: {
        __typename: 'Enterprise',
        id: 'ent_1',
        ...enterprise,
        ownership: 'PRIVATE',
        regionCode: '210502',
        regionName: '平山区',
        address: '平山路 100 号',
        profileComplete: true,
      },
    },
  };
  const open = async (
    page: typeof ProfilePage | typeof ChangePage,
    change: Certification,
    isOwner: boolean,
  ) => {
    const api = fakeApi({
      CertificationStanding: standing(change, isOwner),
      ProfilePage: profile,
      CertificationHistory: { certifications: { nodes: [change, inForce] } },
    });
    const { wrapper } = await mountPage(page, { client: api.client });
    await flushPromises();
    await flushPromises();
    return wrapper;
  };
  const refused = certification({ ...rejected, isChange: true });
  const withdrawn = certification({ ...refused, state: 'WITHDRAWN', stateLabel: '已撤回' });

  test('its profile says why, and leads the owner to hand it in again', async () => {
    const wrapper = await open(ProfilePage, refused, true);
    expect(wrapper.get('.status').text()).toContain('企业信息变更未通过：名称与执照不符需要修改：企业名称。');
    expect(wrapper.get('.status a').attributes('href')).toBe('/certification/change');
    expect((await open(ProfilePage, withdrawn, true)).get('.status').text()).toContain(
      '撤回，企业信息保持不变',
    );
  });

  test('a colleague is told whom to ask', async () => {
    expect((await open(ProfilePage, refused, false)).find('.status a').exists()).toBe(false);
    expect((await open(ProfilePage, inForce, false)).get('.begin').text()).toContain(
      '请企业管理员 孙示例 办理',
    );
    const page = await open(ChangePage, refused, false);
    expect(page.find('form').exists()).toBe(false);
    expect(page.text()).toContain('请联系本企业管理员 孙示例');
  });

  test('the form holds what was submitted, beside earlier submissions', async () => {
    const page = await open(ChangePage, refused, true);
    expect(page.text()).toContain('变更未通过：名称与执照不符');
    expect(page.findAll('.history > li')).toHaveLength(1);
  });
});
