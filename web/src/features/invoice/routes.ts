import type { RouteRecordRaw } from 'vue-router';

export const routes: RouteRecordRaw[] = [
  {
    path: '/invoices/:id',
    component: () => import('./InvoicePage.vue'),
    props: true,
    meta: { title: '发票详情', requires: 'signed-in' },
  },
  {
    path: '/invoices/:id/apply',
    component: () => import('./InvoiceApplyPage.vue'),
    props: true,
    meta: { title: '申请发票', requires: 'certified' },
  },
];
