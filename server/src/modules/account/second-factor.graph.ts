import DataLoader from 'dataloader';
import { z } from 'zod';
import { InvalidInput } from '../../command/refusals.ts';
import { builder, enumOf } from '../../graph/builder.ts';
import { perRequest } from '../../graph/context.ts';
import { mutation, runOnce } from '../../graph/mutation.ts';
import { textRule } from '../../graph/text-rules.ts';
import { labelActs } from '../../graph/timeline.ts';
import { limits } from '../../limits.ts';
import {
  attemptFrom,
  beginSession,
  knownPasswordRule,
  Session,
  type SessionResult,
  secondFactorCodeRule,
  User,
  Viewer,
} from './account.graph.ts';
import type { UserRow } from './account.queries.ts';
import { AccountLocked, CredentialsWrong, SecondFactorWrong } from './account.refusals.ts';
import { type PasswordProof, provePassword } from './account.service.ts';
import { callerOf } from './account-security.graph.ts';
import { whileProven } from './account-security.service.ts';
import * as service from './second-factor.service.ts';

labelActs('user', {
  SECOND_FACTOR_STARTED: '开始设置两步验证',
  SECOND_FACTOR_ENABLED: '启用两步验证',
  SECOND_FACTOR_REMOVED: '停用两步验证',
  SECOND_FACTOR_RESET: '重置两步验证',
  RECOVERY_CODE_USED: '使用恢复码',
});

const sinceLoader = perRequest(
  (context) => new DataLoader<string, number | null>((ids) => service.secondFactorsSince(context.db, ids)),
);

builder.objectFields(User, (t) => ({
  secondFactorEnabledAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: '两步验证的启用时间；未启用时为空。仅本人和运营人员可见。',
    resolve: ({ id }, _args, context) => sinceLoader(context).load(id),
  }),
  recoveryCodesLeft: t.int({
    nullable: true,
    description: '还可使用的恢复码个数。仅本人可见，对其他人为空。',
    resolve: ({ id }, _args, { actor, db }) =>
      actor.kind === 'USER' && actor.id === id ? service.recoveryCodesLeft(db, id) : null,
  }),
}));

const Standing = enumOf('SecondFactorStanding', '两步验证的情况。', {
  NOT_OFFERED: '不适用：投标企业用户和其他系统',
  OPTIONAL: '可启用',
  REQUIRED: '必须启用，启用前不能进行其他操作',
  ENABLED: '已启用',
});
builder.objectField(Viewer, 'secondFactor', (t) =>
  t.field({
    type: Standing,
    description: '两步验证的情况。',
    resolve: async ({ actor }, _args, { core, db }) => {
      if (actor.kind !== 'USER' || actor.role === 'BIDDER') return 'NOT_OFFERED';
      if ((await service.secondFactorSince(db, actor.id)) !== null) return 'ENABLED';
      return core.config.secondFactorRequired ? 'REQUIRED' : 'OPTIONAL';
    },
  }),
);

const staff = { roles: ['OPERATOR', 'UNDERWRITER', 'REGULATOR'] } as const;

const CodeInput = builder.inputType('SecondFactorCodeInput', {
  description: '身份验证器的动态码。',
  fields: (t) => ({
    code: t.string({ required: true, description: '6 位动态码；停用时也可用恢复码。' }),
  }),
});
const codeCheck = z.object({ code: secondFactorCodeRule });

mutation('startSecondFactor', {
  description: '开始设置两步验证：取得密钥，以动态码确认后启用。',
  who: staff,
  type: builder.objectRef<service.SecondFactorStart>('SecondFactorStart').implement({
    description: '身份验证器的密钥，仅显示这一次。',
    fields: (t) => ({
      secret: t.exposeString('secret', { description: '密钥（Base32），供手工输入。' }),
      uri: t.exposeString('uri', { description: '二维码内容（otpauth://）。' }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime', description: '须在此时刻前确认。' }),
    }),
  }),
  secret: true,
  refusals: [CredentialsWrong, AccountLocked],
  input: builder.inputType('StartSecondFactorInput', {
    description: '开始设置两步验证。',
    fields: (t) => ({
      currentPassword: t.string({ description: '当前密码；仅以短信验证码登录、没有密码的账号不填。' }),
    }),
  }),
  check: z.object({ currentPassword: knownPasswordRule.nullish() }),
  slow: async (context, { currentPassword }) => {
    const { core } = context;
    const { mobile, passwordHash } = await callerOf(context);
    const start = (proof: PasswordProof | null) =>
      runOnce(context, (command) => service.startSecondFactor(command, proof?.attemptId ?? null), {
        secret: true,
      });
    if (passwordHash === null) return start(null);
    if (currentPassword == null) {
      throw new InvalidInput([{ path: 'currentPassword', message: '请填写当前密码' }]);
    }
    const proof = await provePassword(core, attemptFrom(context, true), {
      mobile,
      password: currentPassword,
    });
    return whileProven(core, proof, () => start(proof));
  },
});

interface Enabled {
  readonly recoveryCodes: readonly string[];
  readonly session: SessionResult;
}
mutation('confirmSecondFactor', {
  description: '以动态码确认，启用两步验证，并结束本人的其他会话。填错计入失败次数。',
  who: staff,
  type: builder.objectRef<Enabled>('SecondFactorEnabled').implement({
    description: '两步验证已启用。',
    fields: (t) => ({
      recoveryCodes: t.stringList({
        description: '恢复码：丢失身份验证器时各可使用一次。仅显示这一次。',
        resolve: ({ recoveryCodes }) => [...recoveryCodes],
      }),
      session: t.field({ type: Session, description: '新的会话。', resolve: ({ session }) => session }),
    }),
  }),
  secret: true,
  refusals: [SecondFactorWrong, AccountLocked],
  input: CodeInput,
  check: codeCheck,
  slow: async (context, { code }) => {
    const user = await callerOf(context);
    const proof = await service.proveSecondFactor(
      context.core,
      attemptFrom(context, true),
      user,
      code,
      false,
    );
    let recoveryCodes: readonly string[] = [];
    const session = await beginSession(context, async (command) => {
      const enabled = await service.confirmSecondFactor(command, proof);
      recoveryCodes = enabled.recoveryCodes;
      return enabled.user;
    });
    return { recoveryCodes, session };
  },
});

mutation('removeSecondFactor', {
  description: '停用本人的两步验证，并结束本人的其他会话。填错计入失败次数。',
  who: staff,
  type: Session,
  secret: true,
  refusals: [SecondFactorWrong, AccountLocked],
  input: CodeInput,
  check: codeCheck,
  slow: async (context, { code }) => {
    const user = await callerOf(context);
    const proof = await service.proveSecondFactor(context.core, attemptFrom(context, true), user, code);
    return beginSession(context, (command) => service.removeSecondFactor(command, proof));
  },
});

mutation('resetSecondFactor', {
  description: '重置同事的两步验证，并结束其全部会话。须说明原因，记入日志；不能用于本人。',
  who: { roles: ['OPERATOR'] },
  type: User,
  input: builder.inputType('ResetSecondFactorInput', {
    description: '重置两步验证。',
    fields: (t) => ({
      id: t.id({ required: true, description: '用户编号（id）。' }),
      reason: t.string({ required: true, description: '原因，记入日志。' }),
    }),
  }),
  check: z.object({ reason: textRule('原因', limits.noteCharactersMax) }),
  act: (command, input): Promise<UserRow> => service.resetSecondFactor(command, input),
});
