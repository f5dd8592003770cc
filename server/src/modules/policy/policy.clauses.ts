import type { DepositKind, GuaranteeForm } from '../../db/vocabulary.ts';
import type { PaperClause } from '../../paper/policy-paper.ts';

/** What the insured loses by, and may claim for, under each kind of deposit. */
const grounds: Readonly<Record<DepositKind, readonly string[]>> = {
  BID: [
    '（一）在投标有效期内撤销投标文件；',
    '（二）中标后无正当理由不与招标人订立合同，或在订立合同时向招标人提出附加条件；',
    '（三）中标后不按招标文件要求提交履约保证金；',
    '（四）有招标文件约定不予退还投标保证金的其他情形。',
  ],
  PERFORMANCE: [
    '（一）无正当理由不履行合同约定的义务，或明确表示不再履行；',
    '（二）工期、质量等不符合合同约定，经书面催告后在合理期限内仍未纠正；',
    '（三）违反合同约定转包或违法分包，致使合同被依法解除。',
  ],
  ADVANCE_PAYMENT: [
    '（一）未按合同约定的用途使用预付款；',
    '（二）合同解除或终止后，未按约定返还尚未扣回的预付款；',
    '（三）未按合同约定的进度使预付款得以扣回。',
  ],
  WAGE: [
    '（一）拖欠农民工工资，经人力资源社会保障行政部门责令限期清偿而逾期未清偿；',
    '（二）拒不履行已生效的工资支付裁决、判决或行政处理决定。',
  ],
  QUALITY: [
    '（一）缺陷责任期内，对由其原因造成的工程缺陷，经书面通知后未在约定期限内维修；',
    '（二）维修后仍不符合合同约定的质量标准，且不承担另行委托维修的费用。',
  ],
};

/** The contract or paper whose breach is secured. */
const basis: Readonly<Record<DepositKind, string>> = {
  BID: '招标文件',
  PERFORMANCE: '工程合同',
  ADVANCE_PAYMENT: '工程合同的预付款约定',
  WAGE: '保障农民工工资支付的法律法规',
  QUALITY: '工程合同的质量保修约定',
};

/**
 * The terms printed on a policy that the platform makes itself. They are a plain statement of the instrument; the insurer's full
 * terms, which the applicant read and accepted, go before them.
 */
export function policyClauses(depositKind: DepositKind, form: GuaranteeForm): PaperClause[] {
  const insurance = form === 'INSURANCE';
  const issuer = insurance ? '保险人' : '保证人';
  const applicant = insurance ? '投保人' : '申请人';
  const beneficiary = insurance ? '被保险人' : '受益人';
  const sum = insurance ? '保险金额' : '担保金额';
  const period = insurance ? '保险期间' : '保证期间';
  const title = (ordinal: string, name: string) => `第${ordinal}条　${name}`;
  return [
    {
      title: title('一', insurance ? '保险责任' : '保证责任'),
      paragraphs: [
        `在${period}内，${applicant}有下列情形之一，致使${beneficiary}依照${basis[depositKind]}遭受损失的，` +
          `${issuer}按照本条款在${sum}以内承担责任：`,
        ...grounds[depositKind],
      ],
    },
    {
      title: title('二', '责任免除'),
      paragraphs: [
        `因下列原因造成的损失，${issuer}不承担责任：${beneficiary}或其代表的故意行为；${applicant}与${beneficiary}恶意串通；` +
          `未经${issuer}书面同意，${applicant}与${beneficiary}变更${basis[depositKind]}的实质内容而加重的部分；` +
          '不可抗力，但法律另有规定的除外。',
        `${beneficiary}的间接损失、预期利益以及超过${sum}的部分，${issuer}不承担责任。`,
      ],
    },
    {
      title: title('三', `${sum}与${period}`),
      paragraphs: [
        `${sum}以首页载明的金额为限，每次赔付后相应减少，累计赔付以${sum}为限。`,
        `${period}以首页载明的起止日期为准，均以北京时间计算。需要延长的，应在期满前办理批改，另行出具批单。`,
      ],
    },
    {
      title: title('四', '索赔'),
      paragraphs: [
        `${beneficiary}应在${period}内向${issuer}提出书面索赔，载明索赔金额和事由，并提供${basis[depositKind]}、` +
          `证明${applicant}发生第一条所列情形的材料以及收款账户。`,
        `${issuer}收到完整的索赔材料后及时核定；属于责任范围的，在与${beneficiary}就赔付金额达成一致后十日内支付。`,
      ],
    },
    {
      title: title('五', '追偿'),
      paragraphs: [
        `${issuer}赔付后，有权在赔付金额内向${applicant}追偿，${beneficiary}应提供必要的文件和所知道的情况。`,
      ],
    },
    {
      title: title('六', '解除与退保'),
      paragraphs: [
        `${beneficiary}书面同意解除，或法律、${basis[depositKind]}约定的条件成就时，本保函解除。` +
          (depositKind === 'BID'
            ? '开标前因招标终止、暂停或流标等原因申请退保的，以及开标后流标的，按平台公示的规则办理。'
            : `未经${beneficiary}书面同意，${applicant}不得单方解除。`),
      ],
    },
    {
      title: title('七', '争议处理'),
      paragraphs: [
        `因本保函发生的争议，由当事人协商解决；协商不成的，依法向工程所在地有管辖权的人民法院起诉。`,
        `本页条款为保函约定的摘要，与${applicant}投保时阅读并同意的条款全文不一致的，以条款全文为准。`,
      ],
    },
  ];
}
