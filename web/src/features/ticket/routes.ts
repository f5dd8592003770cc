import type { RouteRecordRaw } from 'vue-router';

export const routes: RouteRecordRaw[] = [
  {
    path: '/orders/:id/ticket',
    component: () => import('./TicketOpenPage.vue'),
    props: true,
    meta: { title: '申请售后', requires: 'signed-in' },
  },
  {
    path: '/tickets/:id',
    component: () => import('./TicketPage.vue'),
    props: true,
    meta: { title: '售后工单', requires: 'signed-in' },
  },
];
