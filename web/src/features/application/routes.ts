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
  {
    path: '/batches/new',
    component: () => import('./BatchStartPage.vue'),
    meta: { title: '多标段办理', requires: 'certified' },
  },
  {
    path: '/batches/:id',
    component: () => import('./BatchPage.vue'),
    props: true,
    meta: { title: '多标段办理', requires: 'certified' },
  },
  {
    path: '/batches/:id/apply',
    component: () => import('./BatchChoicePage.vue'),
    props: true,
    meta: { title: '选择保险公司', requires: 'certified' },
  },
  {
    path: '/batches/:id/apply/form',
    component: () => import('./BatchFormPage.vue'),
    props: true,
    meta: { title: '填写投保信息', requires: 'certified' },
  },
];
