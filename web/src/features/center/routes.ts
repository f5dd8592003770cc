import type { RouteRecordRaw } from 'vue-router';

export const routes: RouteRecordRaw[] = [
  {
    path: '/center',
    component: () => import('./CenterLayout.vue'),
    meta: { requires: 'signed-in' },
    children: [
      { path: '', component: () => import('./CenterHomePage.vue'), meta: { title: '我的主页' } },
      {
        path: 'deposits',
        component: () => import('./CenterDepositsPage.vue'),
        meta: { title: '我的保证金' },
      },
      { path: 'orders', component: () => import('./CenterOrdersPage.vue'), meta: { title: '保证金订单' } },
      {
        path: 'projects',
        component: () => import('./CenterProjectsPage.vue'),
        meta: { title: '我的项目' },
      },
      { path: 'invoices', component: () => import('./CenterInvoicesPage.vue'), meta: { title: '我的发票' } },
      {
        path: 'billing',
        component: () => import('../invoice/BillingPage.vue'),
        meta: { title: '开票信息' },
      },
      {
        path: 'surrenders',
        component: () => import('./CenterSurrendersPage.vue'),
        meta: { title: '退保记录' },
      },
      { path: 'tickets', component: () => import('./CenterTicketsPage.vue'), meta: { title: '订单售后' } },
      {
        path: '/account/security',
        component: () => import('../account/SecurityPage.vue'),
        meta: { title: '账号安全' },
      },
      {
        path: 'members',
        component: () => import('../enterprise/MembersPage.vue'),
        meta: { title: '企业成员' },
      },
      {
        path: 'messages',
        component: () => import('../message/MessagesPage.vue'),
        meta: { title: '我的消息' },
      },
    ],
  },
];
