import { z } from 'zod';
import { hashPassword } from '../../access/password.ts';
import { InvalidInput } from '../../command/refusals.ts';
import { ROLES } from '../../db/vocabulary.ts';
import { builder } from '../../graph/builder.ts';
import type { Context } from '../../graph/context.ts';
import { IdInput } from '../../graph/id-input.ts';
import { mutation, runOnce } from '../../graph/mutation.ts';
import { invariant } from '../../kernel/invariant.ts';
import {
  attemptFrom,
  beginSession,
  forgetCaller,
  knownPasswordRule,
  Session,
  smsCodeRule,
  User,
} from './account.graph.ts';
import { liveSessions, type SessionRow, type UserRow, usersByIds } from './account.queries.ts';
import {
  AccountLocked,
  CredentialsWrong,
  MobileTaken,
  SmsCodeExpired,
  SmsCodeWrong,
} from './account.refusals.ts';
import { provePassword } from './account.service.ts';
import * as service from './account-security.service.ts';
import { deviceLabel } from './device.ts';
import { trySmsCode } from './sms-code.ts';

const UserSession = builder.objectRef<SessionRow>('UserSession').implement({
  description: '一处登录：某台设备上尚未结束的会话。',
  fields: (t) => ({
    id: t.id({
      description: '编号，用于 revokeSession。',
      resolve: ({ tokenHash }, _args, { core }) => service.sessionId(core.cipher, tokenHash),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: '登录时间。' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: '到此时仍无操作则会话结束。' }),
    address: t.exposeString('address', { description: '登录时的网络地址。' }),
    agent: t.string({
      description: '登录的设备，如“Windows · Edge”；不能识别的为“未知设备”。',
      resolve: ({ agent }) => deviceLabel(agent),
    }),
    isCurrent: t.boolean({
      description: '是否当前会话。',
      resolve: ({ tokenHash }, _args, { actor }) => actor.kind === 'USER' && actor.tokenHash === tokenHash,
    }),
  }),
});

builder.objectFields(User, (t) => ({
  sessions: t.field({
    type: [UserSession],
    nullable: true,
    description: '尚未结束的会话，新的在前。仅本人可见，对其他人为空。',
    resolve: ({ id }, _args, { actor, core, db }) =>
      actor.kind === 'USER' && actor.id === id ? liveSessions(db, id, core.clock.now()) : null,
  }),
}));

const anyUser = { roles: ROLES } as const;

mutation('revokeSession', {
  description: '结束本人的一个会话，对其下一次请求生效。结束当前会话即退出登录。',
  who: anyUser,
  type: User,
  input: IdInput,
  slow: async (context, input) => {
    const { actor, core } = context;
    const user = await runOnce(context, (command) => service.revokeSession(command, input.id));
    if (actor.kind === 'USER' && service.sessionId(core.cipher, actor.tokenHash) === input.id)
      forgetCaller(context);
    return user;
  },
});

/** Not through the loader, which would give the answer the caller as they were before. */
export async function callerOf(context: Context): Promise<UserRow> {
  const { actor } = context;
  const [user] = actor.kind === 'USER' ? await usersByIds(context.db, actor, [actor.id]) : [];
  invariant(user, 'a signed-in user is there');
  return user;
}

mutation('changePassword', {
  description: '修改密码，并结束本人的其他会话。当前密码填错计入登录失败次数。',
  who: anyUser,
  type: Session,
  // A kept request would hold a hash by which passwords could be guessed.
  secret: true,
  refusals: [CredentialsWrong, AccountLocked],
  input: builder.inputType('ChangePasswordInput', {
    description: '修改密码。',
    fields: (t) => ({
      currentPassword: t.string({ required: true, description: '当前密码。' }),
      newPassword: t.string({
        required: true,
        description: '新密码，8 到 200 个字符，不过于常见，不是手机号，与当前密码不同。',
      }),
    }),
  }),
  check: z
    .object({ currentPassword: knownPasswordRule, newPassword: z.string() })
    .refine(({ currentPassword, newPassword }) => currentPassword !== newPassword, {
      path: ['newPassword'],
      message: '新密码不能与当前密码相同',
    }),
  slow: async (context, { currentPassword, newPassword }) => {
    const { core } = context;
    const { mobile } = await callerOf(context);
    service.requireGoodPassword(newPassword, mobile);
    const proof = await provePassword(core, attemptFrom(context, true), {
      mobile,
      password: currentPassword,
    });
    return service.whileProven(core, proof, async () => {
      const passwordHash = await hashPassword(newPassword);
      return beginSession(context, (command) => service.changePassword(command, { proof, passwordHash }));
    });
  },
});

mutation('changeMobile', {
  description: '更换登录手机号，并结束本人的其他会话。当前密码填错计入登录失败次数。',
  who: anyUser,
  type: Session,
  // As for the password.
  secret: true,
  refusals: [CredentialsWrong, AccountLocked, SmsCodeWrong, SmsCodeExpired, MobileTaken],
  input: builder.inputType('ChangeMobileInput', {
    description: '更换手机号。',
    fields: (t) => ({
      newMobile: t.field({ type: 'Mobile', required: true, description: '新手机号。' }),
      smsCode: t.string({
        required: true,
        description: '发送到新手机号的短信验证码（用途 CHANGE_MOBILE）。',
      }),
      currentPassword: t.string({ required: true, description: '当前密码。' }),
    }),
  }),
  check: z.object({ smsCode: smsCodeRule, currentPassword: knownPasswordRule }),
  slow: async (context, { newMobile, smsCode, currentPassword }) => {
    const { core } = context;
    const { mobile } = await callerOf(context);
    if (newMobile === mobile) {
      throw new InvalidInput([{ path: 'newMobile', message: '新手机号与当前手机号相同' }]);
    }
    const codeId = await trySmsCode(core, { mobile: newMobile, smsCode, purpose: 'CHANGE_MOBILE' });
    const proof = await provePassword(core, attemptFrom(context, true), {
      mobile,
      password: currentPassword,
    });
    return service.whileProven(core, proof, () =>
      beginSession(context, (command) => service.changeMobile(command, { proof, newMobile, codeId })),
    );
  },
});
