import type { ResultOf } from '../../gql/graphql.ts';
import type { VerifyPolicyDocument } from './verify.gql.ts';

export interface Verdict {
  tone: 'success' | 'warning' | 'danger';
  title: string;
  text: string;
}

type Result = Pick<ResultOf<typeof VerifyPolicyDocument>['verifyPolicy'], 'valid' | 'state' | 'stateLabel'>;

/** What an answer means to the person who holds the paper. Before the opening a genuine policy shows nothing but that. */
export function verdictOf({ valid, state, stateLabel }: Result, byFile: boolean): Verdict {
  if (valid && state) return { tone: 'success', title: '保函真实有效', text: '与保险公司出具的记录一致。' };
  if (valid) {
    return {
      tone: 'success',
      title: '保函真实有效',
      text: '与保险公司出具的记录一致。项目开标前只显示真伪，其他信息在开标后可以查询。',
    };
  }
  if (state) {
    return {
      tone: 'warning',
      title: '保函已不再有效',
      text: `该保函由本平台合作机构出具，目前状态为“${stateLabel ?? ''}”。`,
    };
  }
  return {
    tone: 'danger',
    title: '未通过核验',
    text: byFile
      ? '没有与该文件一致的保函：文件可能被改动过，或不是本平台出具的原文件。'
      : '没有与该保单号和验真码一致的保函，请对照保函核对后重试。',
  };
}
