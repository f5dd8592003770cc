import type { RouteRecordRaw } from 'vue-router';

export const routes: RouteRecordRaw[] = [
  {
    path: '/sections/:id/apply/:kind',
    component: () => import('./FormChoicePage.vue'),
    props: true,
    meta: { title: '选择电子保函', requires: 'certified' },
  },
  {
    path: '/orders/:id/apply',
    component: () => import('./ProductChoicePage.vue'),
    props: true,
    meta: { title: '选择保险公司', requires: 'certified' },
  },
  {
    path: '/orders/:id/apply/form',
    component: () => import('./ApplicationFormPage.vue'),
    props: true,
    meta: { title: '填写投保信息', requires: 'certified' },
  },
  {
    path: '/orders/:id/apply/submitted',
    component: () => import('./SubmittedPage.vue'),
    props: true,
    meta: { title: '提交成功', requires: 'certified' },
  },
];
