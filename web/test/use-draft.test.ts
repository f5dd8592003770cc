import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { nextTick, reactive } from 'vue';
import { clearDrafts, useDraft } from '../src/shared/use-draft.ts';

function formWithDraft() {
  const form = reactive({ name: '', address: { street: '' }, password: '' });
  let draft!: ReturnType<typeof useDraft>;
  const wrapper = mount({
    setup: () => {
      draft = useDraft('test', form, { except: ['password'] });
      return () => null;
    },
  });
  return { form, draft, wrapper };
}

test('what was typed is there again after the page was left', async () => {
  const first = formWithDraft();
  first.form.name = '示例公司';
  first.form.address.street = '平山路';
  await nextTick();
  first.wrapper.unmount();

  const second = formWithDraft();
  expect(second.draft.restored).toBe(true);
  expect(second.form).toEqual({ name: '示例公司', address: { street: '平山路' }, password: '' });
});

test('a password is never stored', async () => {
  const { form } = formWithDraft();
  form.password = 'correct horse';
  form.name = 'x';
  await nextTick();

  expect(JSON.stringify({ ...window.sessionStorage })).not.toContain('horse');
});

test('a draft that is done with is gone, and does not come back', async () => {
  const { form, draft } = formWithDraft();
  form.name = 'x';
  await nextTick();
  draft.clear();
  form.name = 'y';
  await nextTick();

  expect(formWithDraft().draft.restored).toBe(false);
});

test('a form that was sent and emptied is kept again from the next word on', async () => {
  const { form, draft } = formWithDraft();
  form.name = 'sent';
  await nextTick();
  form.name = '';
  await draft.restart();
  expect(formWithDraft().draft.restored).toBe(false);
  form.name = 'next';
  await nextTick();
  expect(formWithDraft().form.name).toBe('next');
});

test('signing out forgets the drafts and nothing else', async () => {
  const { form } = formWithDraft();
  form.name = 'x';
  await nextTick();
  window.sessionStorage.setItem('other', '1');
  clearDrafts();

  expect(Object.keys({ ...window.sessionStorage })).toEqual(['other']);
});

test('a draft that cannot be read is no draft', () => {
  window.sessionStorage.setItem('draft:test', '{broken');
  expect(formWithDraft().form.name).toBe('');
});
