import DataLoader from 'dataloader';
import { z } from 'zod';
import { type ApiClientActor, anonymous, type UserActor } from '../../access/actor.ts';
import { hashPassword } from '../../access/password.ts';
import { type Command, run } from '../../command/run.ts';
import { API_SCOPES, roleLabel } from '../../db/vocabulary.ts';
import { requireAccess } from '../../graph/access.ts';
import { builder, enumOf } from '../../graph/builder.ts';
import { connectionOf, pageArguments, pageRequest } from '../../graph/connection.ts';
import { type Context, perRequest } from '../../graph/context.ts';
import { Done, done } from '../../graph/done.ts';
import { plainRefusal } from '../../graph/errors.ts';
import { IdInput } from '../../graph/id-input.ts';
import { mutation, runOnce } from '../../graph/mutation.ts';
import { defineNode, Node } from '../../graph/node.ts';
import { lineRule } from '../../graph/text-rules.ts';
import { labelActs } from '../../graph/timeline.ts';
import { RoleEnum } from '../../graph/vocabulary.ts';
import { maskMobile } from '../../kernel/mobile.ts';
import { limits } from '../../limits.ts';
import {
  type ApiClientRow,
  apiClientsByIds,
  listApiClients,
  listStaff,
  type UserRow,
  userByMobile,
  usersByIds,
} from './account.queries.ts';
import {
  AccountLocked,
  CaptchaFailed,
  CaptchaNeeded,
  CredentialsWrong,
  MobileTaken,
  SecondFactorNeeded,
  SecondFactorWrong,
  SmsCodeExpired,
  SmsCodeWrong,
} from './account.refusals.ts';
import * as service from './account.service.ts';
import { whileProven } from './account-security.service.ts';
import * as clients from './api-client.service.ts';
import { passHumanCheck } from './human-check.ts';
import { passwordFault } from './password-rule.ts';
import { proveWhereAsked, secondFactorSince } from './second-factor.service.ts';
import { type SmsCodeRequest, sendSmsCode, smsPurposeLabel, trySmsCode } from './sms-code.ts';

plainRefusal(CaptchaFailed, '人机验证未通过（CAPTCHA_FAILED）。');
plainRefusal(SmsCodeWrong, '短信验证码不正确（SMS_CODE_WRONG）。');
plainRefusal(SmsCodeExpired, '短信验证码已失效（SMS_CODE_EXPIRED）。');
plainRefusal(MobileTaken, '手机号已注册（MOBILE_TAKEN）。');
plainRefusal(CredentialsWrong, '手机号或密码不正确（CREDENTIALS_WRONG）。');
plainRefusal(AccountLocked, '失败次数过多，暂时锁定（ACCOUNT_LOCKED）。');

plainRefusal(CaptchaNeeded, '失败次数较多，须先完成人机验证（CAPTCHA_NEEDED）：带 captcha 重新提交。');
plainRefusal(
  SecondFactorNeeded,
  '该账号已启用两步验证（SECOND_FACTOR_NEEDED）：带 secondFactorCode 重新提交。',
);
plainRefusal(SecondFactorWrong, '动态码不正确或已使用（SECOND_FACTOR_WRONG）。');

labelActs('user', {
  REGISTERED: '注册账号',
  CREATED: '创建账号',
  SIGNED_IN: '登录',
  SIGNED_OUT: '退出登录',
  PASSWORD_RESET: '重置密码',
  PASSWORD_CHANGED: '修改密码',
  MOBILE_CHANGED: '更换手机号',
  SESSION_REVOKED: '退出一台设备',
  SUSPENDED: '停用账号',
  REINSTATED: '恢复账号',
});
labelActs('apiClient', { CREATED: '新增系统接入', SECRET_ROTATED: '更换密钥', REVOKED: '停用系统接入' });
labelActs('platform', { SMS_BUDGET_SPENT: '短信发送量达到上限' });

/** Within what the caller may see. */
export const userLoader = perRequest(
  (context) => new DataLoader<string, UserRow | null>((ids) => usersByIds(context.db, context.actor, ids)),
);
const apiClientLoader = perRequest(
  (context) =>
    new DataLoader<string, ApiClientRow | null>((ids) => apiClientsByIds(context.db, context.actor, ids)),
);

export const User = builder.objectRef<UserRow>('User').implement({
  description: '用户：以手机号登录的人。',
  interfaces: [Node],
  fields: (t) => ({
    mobile: t.string({ description: '手机号，中间四位隐藏。', resolve: (row) => maskMobile(row.mobile) }),
    role: t.expose('role', { type: RoleEnum, description: '角色。' }),
    roleLabel: t.string({ description: '角色名称。', resolve: (row) => roleLabel[row.role] }),
    name: t.exposeString('name', { nullable: true, description: '姓名。' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: '创建时间。' }),
    suspendedAt: t.expose('suspendedAt', {
      type: 'DateTime',
      nullable: true,
      description: '停用时间；未停用时为空。',
    }),
  }),
});
defineNode('usr', 'User', (id, context) => userLoader(context).load(id));

export const ApiClient = builder.objectRef<ApiClientRow>('ApiClient').implement({
  description: '接入平台的其他系统。',
  interfaces: [Node],
  fields: (t) => ({
    name: t.exposeString('name', { description: '名称。' }),
    scopes: t.stringList({ description: '权限。', resolve: (row) => row.scopes }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: '创建时间。' }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: '停用时间；未停用时为空。',
    }),
  }),
});
defineNode('api', 'ApiClient', (id, context) => apiClientLoader(context).load(id));

/** Who asks. Modules that know more of them add their fields. */
export interface ViewerRow {
  readonly actor: UserActor | ApiClientActor;
}

const ViewerKind = enumOf('ViewerKind', '调用方的种类。', { USER: '用户', API_CLIENT: '其他系统' });

export const Viewer = builder.objectRef<ViewerRow>('Viewer').implement({
  description: '当前调用方。',
  fields: (t) => ({
    kind: t.field({ type: ViewerKind, description: '种类。', resolve: ({ actor }) => actor.kind }),
    user: t.field({
      type: User,
      nullable: true,
      description: '登录的用户；其他系统为空。',
      resolve: ({ actor }, _args, context) =>
        actor.kind === 'USER' ? userLoader(context).load(actor.id) : null,
    }),
    apiClient: t.field({
      type: ApiClient,
      nullable: true,
      description: '调用的系统；用户为空。',
      resolve: ({ actor }, _args, context) =>
        actor.kind === 'API_CLIENT' ? apiClientLoader(context).load(actor.id) : null,
    }),
  }),
});

builder.queryFields((t) => ({
  viewer: t.field({
    type: Viewer,
    nullable: true,
    description: '当前调用方；未登录时为空。',
    resolve: (_root, _args, { actor }) =>
      actor.kind === 'USER' || actor.kind === 'API_CLIENT' ? { actor } : null,
  }),
  staffUsers: t.field({
    type: connectionOf('User', '人员', User),
    description: '运营、核保和监管人员，新的在前。仅运营人员。',
    args: {
      filter: t.arg({
        type: builder.inputType('StaffUserFilter', {
          description: '人员筛选条件。',
          fields: (f) => ({ roles: f.field({ type: [RoleEnum], description: '角色，任一即可。' }) }),
        }),
        description: '筛选条件。',
      }),
      ...pageArguments(t.arg),
    },
    resolve: (_root, args, context) => {
      requireAccess(context.actor, { roles: ['OPERATOR'] });
      return listStaff(context.db, context.actor, args.filter ?? {}, pageRequest(args));
    },
  }),
  apiClients: t.field({
    type: [ApiClient],
    description: '接入平台的其他系统，新的在前。仅运营人员。',
    resolve: (_root, _args, context) => {
      requireAccess(context.actor, { roles: ['OPERATOR'] });
      return listApiClients(context.db, context.actor);
    },
  }),
}));

export interface SessionResult {
  readonly actor: UserActor;
  readonly expiresAt: number;
}
export const Session = builder.objectRef<SessionResult>('Session').implement({
  description: '登录会话。凭证在 Cookie 中。',
  fields: (t) => ({
    viewer: t.field({ type: Viewer, description: '登录后的调用方。', resolve: ({ actor }) => ({ actor }) }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: '到此时仍无操作则会话结束。' }),
  }),
});

/**
 * Runs a command that ends with somebody signed in, and begins their session in the same transaction. A session
 * the caller came with ends: nobody keeps a cookie from before.
 */
export async function beginSession(
  context: Context,
  act: (command: Command) => Promise<UserRow>,
): Promise<SessionResult> {
  const { core, facts, sessions, actor: before } = context;
  const { user, session, deviceCookie, mustEnrol } = await run(core, before, facts, async (command) => {
    const signedIn = await act(command);
    if (before.kind === 'USER') await sessions.end(before.tokenHash);
    const isStaff = signedIn.role !== 'BIDDER';
    return {
      user: signedIn,
      session: await sessions.begin(signedIn.id, facts),
      deviceCookie: await sessions.rememberDevice(command.db, signedIn.id, context.deviceHash),
      mustEnrol:
        isStaff &&
        core.config.secondFactorRequired &&
        (await secondFactorSince(command.db, signedIn.id)) === null,
    };
  });
  const actor: UserActor = {
    kind: 'USER',
    id: user.id,
    role: user.role,
    enterpriseId: user.enterpriseId,
    insurerId: user.insurerId,
    tokenHash: session.tokenHash,
    mustEnrol,
  };
  context.setCookies.push(session.setCookie, ...(deviceCookie ? [deviceCookie] : []));
  context.actor = actor;
  return { actor, expiresAt: session.expiresAt };
}

export const smsCodeRule = z
  .string()
  .trim()
  .min(1, '请填写短信验证码')
  .max(limits.smsCodeCharactersMax, '短信验证码过长');
/** For passwords that exist: rules of today must not lock out who chose theirs under other ones. */
export const knownPasswordRule = z
  .string()
  .min(1, '请填写密码')
  .refine((text) => [...text].length <= limits.passwordCharactersMax, '密码过长');

export const secondFactorCodeRule = z
  .string()
  .trim()
  .min(1, '请填写动态码')
  .max(limits.secondFactorCodeCharactersMax, '动态码过长');
const captchaRule = z.string().max(limits.captchaCharactersMax, '人机验证结果过长');
const captchaDescription = '人机验证结果（ALTCHA，Base64 JSON），题目取自 GET /captcha，每题一次有效。';

/** From where the caller asks to be let in. */
export const attemptFrom = ({ facts, deviceHash }: Context, isHuman: boolean) => ({
  address: facts.address,
  deviceHash,
  isHuman,
});

/** Checks a password somebody chooses, against the number beside it. */
const newPasswordRule = <S extends z.ZodRawShape>(field: string, shape: S) =>
  z.looseObject(shape).superRefine((input, context) => {
    const { mobile, [field]: password } = input as Record<string, unknown>;
    const fault = passwordFault(String(password), typeof mobile === 'string' ? mobile : '');
    if (fault) context.addIssue({ code: 'custom', path: [field], message: fault });
  });

const SmsPurposeEnum = enumOf('SmsPurpose', '短信验证码的用途。', smsPurposeLabel);
const SmsCodeRequestType = builder.objectRef<SmsCodeRequest>('SmsCodeRequest').implement({
  description: '短信验证码已受理发送。',
  fields: (t) => ({
    mobile: t.exposeString('mobile', { description: '手机号，中间四位隐藏。' }),
    resendAfterSeconds: t.exposeInt('resendAfterSeconds', { description: '多少秒后可再次获取。' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: '验证码失效时间。' }),
  }),
});

mutation('requestSmsCode', {
  description: '发送短信验证码。手机号是否注册，结果都一样。',
  who: 'ANYONE',
  type: SmsCodeRequestType,
  refusals: [CaptchaFailed],
  input: builder.inputType('RequestSmsCodeInput', {
    description: '发送短信验证码。',
    fields: (t) => ({
      mobile: t.field({ type: 'Mobile', required: true, description: '手机号。' }),
      purpose: t.field({ type: SmsPurposeEnum, required: true, description: '用途；验证码仅能用于该用途。' }),
      captcha: t.string({
        required: true,
        description: captchaDescription,
      }),
    }),
  }),
  check: z.object({ captcha: captchaRule }),
  slow: async (context, input) => {
    await passHumanCheck(context.core, input.captcha);
    return run(context.core, context.actor, context.facts, (command) => sendSmsCode(command, input));
  },
});

mutation('register', {
  description: '注册为投标企业用户并登录。',
  who: 'ANYONE',
  type: Session,
  refusals: [SmsCodeWrong, SmsCodeExpired, MobileTaken],
  input: builder.inputType('RegisterInput', {
    description: '注册。',
    fields: (t) => ({
      mobile: t.field({ type: 'Mobile', required: true, description: '手机号。' }),
      smsCode: t.string({ required: true, description: '短信验证码（用途 REGISTER）。' }),
      password: t.string({ required: true, description: '密码，8 到 200 个字符，不过于常见，不是手机号。' }),
      agreementVersion: t.string({ required: true, description: '已阅读并同意的《用户服务协议》版本。' }),
    }),
  }),
  check: newPasswordRule('password', { smsCode: smsCodeRule }),
  slow: async (context, input) => {
    await service.requireAgreement(context.db, input.agreementVersion);
    const codeId = await trySmsCode(context.core, { ...input, purpose: 'REGISTER' });
    const passwordHash = await hashPassword(input.password);
    return beginSession(context, (command) => service.register(command, { ...input, codeId, passwordHash }));
  },
});

mutation('signIn', {
  description: '以密码或短信验证码登录。',
  who: 'ANYONE',
  type: Session,
  refusals: [
    CredentialsWrong,
    AccountLocked,
    SmsCodeWrong,
    SmsCodeExpired,
    CaptchaNeeded,
    CaptchaFailed,
    SecondFactorNeeded,
    SecondFactorWrong,
  ],
  input: builder.inputType('SignInInput', {
    description: '登录：密码与短信验证码二选一。',
    fields: (t) => ({
      mobile: t.field({ type: 'Mobile', required: true, description: '手机号。' }),
      password: t.string({ description: '密码。' }),
      smsCode: t.string({ description: '短信验证码（用途 SIGN_IN）。' }),
      secondFactorCode: t.string({
        description: '身份验证器的 6 位动态码或恢复码；返回 SECOND_FACTOR_NEEDED 后填写。',
      }),
      captcha: t.string({ description: `返回 CAPTCHA_NEEDED 后填写。${captchaDescription}` }),
    }),
  }),
  check: z
    .object({
      password: knownPasswordRule.nullish(),
      smsCode: smsCodeRule.nullish(),
      secondFactorCode: secondFactorCodeRule.nullish(),
      captcha: captchaRule.nullish(),
    })
    .refine(({ password, smsCode }) => (password == null) !== (smsCode == null), {
      path: ['password'],
      message: '请填写密码或短信验证码，二者选一',
    }),
  slow: async (context, { mobile, password, smsCode, secondFactorCode, captcha }) => {
    const { core } = context;
    if (captcha != null) await passHumanCheck(core, captcha);
    const from = attemptFrom(context, captcha != null);
    if (password != null) {
      const proof = await service.provePassword(core, from, { mobile, password });
      return whileProven(core, proof, async () => {
        const second = await proveWhereAsked(core, from, proof.user, secondFactorCode);
        return beginSession(context, (command) => service.signInWithPassword(command, proof, second));
      });
    }
    const codeId = await trySmsCode(core, { mobile, smsCode: smsCode ?? '', purpose: 'SIGN_IN' });
    const known = await userByMobile(context.db, mobile);
    const second = known?.isActive ? await proveWhereAsked(core, from, known.user, secondFactorCode) : null;
    return beginSession(context, (command) => service.signInWithCode(command, { mobile, codeId }, second));
  },
});

mutation('signOut', {
  description: '退出登录，即时生效。',
  who: 'ANYONE',
  type: Done,
  input: builder.inputType('SignOutInput', {
    description: '退出登录。',
    fields: (t) => ({ everywhere: t.boolean({ description: '是否同时结束本人的其他会话；默认否。' }) }),
  }),
  slow: async (context, input) => {
    await run(context.core, context.actor, context.facts, (command) =>
      service.signOut(command, input.everywhere ?? false),
    );
    if (context.actor.kind !== 'API_CLIENT') forgetCaller(context);
    return done;
  },
});

/** The answer is that of nobody, and so is the browser from now on. */
export function forgetCaller(context: Context): void {
  context.setCookies.push(context.sessions.blankCookie());
  context.actor = anonymous;
}

mutation('resetPassword', {
  description: '重置密码，并结束本人的全部会话。手机号是否注册，结果都一样。',
  who: 'ANYONE',
  type: Done,
  refusals: [SmsCodeWrong, SmsCodeExpired],
  input: builder.inputType('ResetPasswordInput', {
    description: '重置密码。',
    fields: (t) => ({
      mobile: t.field({ type: 'Mobile', required: true, description: '手机号。' }),
      smsCode: t.string({ required: true, description: '短信验证码（用途 RESET_PASSWORD）。' }),
      newPassword: t.string({
        required: true,
        description: '新密码，8 到 200 个字符，不过于常见，不是手机号。',
      }),
    }),
  }),
  check: newPasswordRule('newPassword', { smsCode: smsCodeRule }),
  slow: async (context, input) => {
    const codeId = await trySmsCode(context.core, { ...input, purpose: 'RESET_PASSWORD' });
    // Also for a number without a user, so that both take the same time.
    const passwordHash = await hashPassword(input.newPassword);
    const user = await run(context.core, context.actor, context.facts, (command) =>
      service.resetPassword(command, { mobile: input.mobile, codeId, passwordHash }),
    );
    if (context.actor.kind === 'USER' && context.actor.id === user?.id) forgetCaller(context);
    return done;
  },
});

const operator = { roles: ['OPERATOR'] } as const;

mutation('createStaffUser', {
  description: '创建运营、核保或监管人员账号。',
  who: operator,
  type: User,
  refusals: [MobileTaken],
  input: builder.inputType('CreateStaffUserInput', {
    description: '人员资料。',
    fields: (t) => ({
      mobile: t.field({ type: 'Mobile', required: true, description: '手机号，登录用。' }),
      name: t.string({ required: true, description: '姓名。' }),
      role: t.field({ type: RoleEnum, required: true, description: '角色；不能是 BIDDER。' }),
      insurerId: t.id({ description: '所属机构；核保人员必填，其他角色不填。' }),
      password: t.string({
        required: true,
        description: '初始密码，8 到 200 个字符，不过于常见，不是手机号。',
      }),
    }),
  }),
  check: newPasswordRule('password', { name: lineRule('姓名', limits.nameCharactersMax) }),
  slow: async (context, input) => {
    const passwordHash = await hashPassword(input.password);
    return runOnce(context, (command) => service.createStaffUser(command, { ...input, passwordHash }));
  },
});

mutation('suspendUser', {
  description: '停用账号，其会话立即结束。',
  who: operator,
  type: User,
  input: IdInput,
  act: (command, input) => service.suspendUser(command, input.id),
});

mutation('reinstateUser', {
  description: '恢复已停用的账号。',
  who: operator,
  type: User,
  input: IdInput,
  act: (command, input) => service.reinstateUser(command, input.id),
});

const ApiClientSecret = builder.objectRef<clients.ApiClientSecret>('ApiClientSecret').implement({
  description: '系统接入及其密钥。',
  fields: (t) => ({
    apiClient: t.field({ type: ApiClient, description: '系统接入。', resolve: (row) => row.apiClient }),
    secret: t.exposeString('secret', { description: '密钥，以 Authorization: Bearer 发送。仅显示这一次。' }),
  }),
});

mutation('createApiClient', {
  description: '新增系统接入。',
  who: operator,
  type: ApiClientSecret,
  secret: true,
  input: builder.inputType('CreateApiClientInput', {
    description: '系统接入。',
    fields: (t) => ({
      name: t.string({ required: true, description: '名称。' }),
      scopes: t.stringList({ required: true, description: `权限：${API_SCOPES.join('、')}。` }),
      insurerId: t.id({ description: '代表的机构；保险公司系统填写。' }),
    }),
  }),
  check: z.object({
    name: lineRule('名称', limits.nameCharactersMax),
    scopes: z.array(z.string()).max(API_SCOPES.length, '权限重复或过多'),
  }),
  act: (command, input) => clients.createApiClient(command, input),
});

mutation('rotateApiClientSecret', {
  description: '更换密钥。上一个密钥仍然有效，以便无间断更换；再往前的即时失效。',
  who: operator,
  type: ApiClientSecret,
  secret: true,
  input: IdInput,
  act: (command, input) => clients.rotateApiClientSecret(command, input.id),
});

mutation('revokeApiClient', {
  description: '停用系统接入，即时生效，不能恢复。',
  who: operator,
  type: ApiClient,
  input: IdInput,
  act: (command, input) => clients.revokeApiClient(command, input.id),
});
