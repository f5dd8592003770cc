import { mount } from '@vue/test-utils';
import { ElInput } from 'element-plus';
import { expect, test, vi } from 'vitest';
import { defineComponent, h, nextTick, reactive, ref } from 'vue';
import CommandForm from '../src/shared/CommandForm.vue';
import FormField from '../src/shared/FormField.vue';
import { mobileRule } from '../src/shared/rules.ts';

function mountForm() {
  const form = reactive({ mobile: '' });
  const issue = ref('');
  const submitted = vi.fn();
  const component = defineComponent(() => () => {
    const input = h(ElInput, {
      modelValue: form.mobile,
      'onUpdate:modelValue': (value: string) => {
        form.mobile = value;
      },
    });
    const field = h(
      FormField,
      {
        label: '手机号',
        path: 'mobile',
        required: true,
        rules: [mobileRule],
        hint: '用于登录',
        issue: issue.value,
      },
      () => input,
    );
    return h(CommandForm, { model: form, onSubmit: submitted }, () => field);
  });
  const wrapper = mount(component, { attachTo: document.body });
  return { wrapper, form, issue, submitted, input: () => wrapper.get('input') };
}

test('an empty required field stops the form, says so, and gets the focus', async () => {
  const { wrapper, submitted, input } = mountForm();
  await wrapper.get('form').trigger('submit');
  await vi.waitFor(() => expect(wrapper.get('[role=alert]').text()).toBe('请填写手机号'));

  expect(submitted).not.toHaveBeenCalled();
  expect(document.activeElement).toBe(input().element);
});

test('the field is named, required and described by its hint, and by its error while there is one', async () => {
  const { wrapper, input } = mountForm();
  await nextTick();
  expect(wrapper.get('label').attributes('for')).toBe(input().attributes('id'));
  expect(input().attributes('aria-required')).toBe('true');
  expect(input().attributes('aria-invalid')).toBeUndefined();
  const hintId = wrapper.get('.hint').attributes('id');
  expect(input().attributes('aria-describedby')).toBe(hintId);

  await wrapper.get('form').trigger('submit');
  await vi.waitFor(() => expect(wrapper.find('[role=alert]').exists()).toBe(true));
  const errorId = wrapper.get('[role=alert]').attributes('id');
  expect(input().attributes('aria-invalid')).toBe('true');
  expect(input().attributes('aria-describedby')).toBe(`${errorId} ${hintId}`);
});

test('the complaint goes away when the field is put right, and the form is submitted', async () => {
  const { wrapper, submitted, input } = mountForm();
  await wrapper.get('form').trigger('submit');
  await vi.waitFor(() => expect(wrapper.find('[role=alert]').exists()).toBe(true));

  await input().setValue('13800138000');
  await vi.waitFor(() => expect(input().attributes('aria-invalid')).toBeUndefined());
  await wrapper.get('form').trigger('submit');
  await vi.waitFor(() => expect(submitted).toHaveBeenCalledOnce());
});

test('what the server says of a field stands at the field', async () => {
  const { wrapper, issue, input } = mountForm();
  issue.value = '该号段暂不支持。';

  await vi.waitFor(() => expect(wrapper.get('[role=alert]').text()).toBe('该号段暂不支持。'));
  expect(input().attributes('aria-invalid')).toBe('true');
});
