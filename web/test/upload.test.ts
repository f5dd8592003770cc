import { mount } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import UploadField from '../src/shared/UploadField.vue';
import { refuseFile, uploadRules } from '../src/shared/upload.ts';

const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0];

function fileOf(head: number[], type: string, sizeBytes = 64): File {
  const bytes = new Uint8Array(sizeBytes);
  bytes.set(head.slice(0, sizeBytes));
  return new File([bytes], 'licence', { type });
}

test('a picture of the right kind and size may be sent', async () => {
  expect(await refuseFile(fileOf(png, 'image/png'), uploadRules.LICENSE)).toBeNull();
  expect(await refuseFile(fileOf(jpeg, 'image/jpeg'), uploadRules.VOUCHER)).toBeNull();
});

test('a document is refused where a picture is asked for', async () => {
  expect(await refuseFile(fileOf([0x25, 0x50], 'application/pdf'), uploadRules.LICENSE)).toContain('jpg/png');
});

test('a file whose content is not what its name says is refused', async () => {
  expect(await refuseFile(fileOf([0x3c, 0x68], 'image/png'), uploadRules.LICENSE)).toContain(
    '内容与扩展名不符',
  );
  expect(await refuseFile(fileOf(jpeg, 'image/png'), uploadRules.LICENSE)).toContain('内容与扩展名不符');
});

test('a voucher may have two megabytes and not a byte more', async () => {
  const limitBytes = 2 * 1024 * 1024;
  expect(await refuseFile(fileOf(png, 'image/png', limitBytes), uploadRules.VOUCHER)).toBeNull();
  expect(await refuseFile(fileOf(png, 'image/png', limitBytes + 1), uploadRules.VOUCHER)).toContain('2 MB');
});

test('an empty file is refused', async () => {
  expect(await refuseFile(new File([], 'x', { type: 'image/png' }), uploadRules.LICENSE)).toContain('空');
});

/** Stands in for the way to the server: holds the request until the test answers it. */
class FakeRequest extends EventTarget {
  static last: FakeRequest;
  upload = new EventTarget();
  responseType = '';
  status = 0;
  response: unknown = null;
  opened: string[] = [];
  aborted = false;
  constructor() {
    super();
    FakeRequest.last = this;
  }
  open(...words: string[]): void {
    this.opened = words;
  }
  setRequestHeader(): void {}
  send(): void {}
  abort(): void {
    this.aborted = true;
  }
  answer(status: number, response: unknown = null): void {
    this.status = status;
    this.response = response;
    this.dispatchEvent(new Event('load'));
  }
}

beforeEach(() => vi.stubGlobal('XMLHttpRequest', FakeRequest));
afterEach(() => vi.unstubAllGlobals());

async function choose(file: File) {
  const wrapper = mount(UploadField, {
    props: {
      purpose: 'LICENSE' as const,
      subject: '营业执照',
      modelValue: null,
      'onUpdate:modelValue': (modelValue) => wrapper.setProps({ modelValue }),
    },
  });
  const input = wrapper.get<HTMLInputElement>('input[type=file]');
  Object.defineProperty(input.element, 'files', { value: [file] });
  Object.defineProperty(input.element, 'value', { value: '', writable: true });
  await input.trigger('change');
  return wrapper;
}

test('a good file is sent for its purpose, and its id is held', async () => {
  const wrapper = await choose(fileOf(png, 'image/png'));
  await vi.waitFor(() => expect(wrapper.find('progress').exists()).toBe(true));
  expect(FakeRequest.last.opened).toEqual(['POST', '/uploads?purpose=LICENSE']);

  FakeRequest.last.answer(201, { id: 'upl_1', sha256: 'ab', bytes: 64, contentType: 'image/png' });
  await vi.waitFor(() => expect(wrapper.text()).toContain('上传成功'));
  expect(wrapper.props('modelValue')).toMatchObject({ id: 'upl_1' });
});

test('a file the server does not take is told and not held', async () => {
  const wrapper = await choose(fileOf(png, 'image/png'));
  await vi.waitFor(() => expect(wrapper.find('progress').exists()).toBe(true));
  FakeRequest.last.answer(415);

  await vi.waitFor(() => expect(wrapper.get('[role=alert]').text()).toContain('未能通过检查'));
  expect(wrapper.props('modelValue')).toBeNull();
});

test('a bad file is told at once and never sent', async () => {
  const wrapper = await choose(fileOf([0x25, 0x50], 'application/pdf'));

  await vi.waitFor(() => expect(wrapper.get('[role=alert]').text()).toContain('文件格式不支持'));
  expect(wrapper.find('progress').exists()).toBe(false);
});

test('a file can be taken away again', async () => {
  const wrapper = await choose(fileOf(png, 'image/png'));
  await vi.waitFor(() => expect(wrapper.find('progress').exists()).toBe(true));
  FakeRequest.last.answer(201, { id: 'upl_1', sha256: 'ab', bytes: 64, contentType: 'image/png' });
  await vi.waitFor(() => expect(wrapper.text()).toContain('上传成功'));

  await wrapper
    .findAll('button')
    .find((button) => button.text() === '删除')!
    .trigger('click');
  expect(wrapper.props('modelValue')).toBeNull();
});
