import type { RouteRecordRaw } from 'vue-router';

export const routes: RouteRecordRaw[] = [
  {
    path: '/certification',
    component: () => import('./CertificationPage.vue'),
    meta: { title: '企业信息认证', requires: 'signed-in' },
  },
  {
    path: '/certification/change',
    component: () => import('./ChangePage.vue'),
    meta: { title: '企业信息变更', requires: 'signed-in' },
  },
  {
    path: '/profile',
    component: () => import('./ProfilePage.vue'),
    meta: { title: '企业信息', requires: 'signed-in' },
  },
];
