import type { RouteRecordRaw } from 'vue-router';

export const routes: RouteRecordRaw[] = [
  { path: '/sign-in', component: () => import('./SignInPage.vue'), meta: { title: '登录' } },
  { path: '/register', component: () => import('./RegisterPage.vue'), meta: { title: '新用户注册' } },
  {
    path: '/forgot-password',
    component: () => import('./ForgotPasswordPage.vue'),
    meta: { title: '忘记密码' },
  },
];
