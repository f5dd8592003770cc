import type { PolicyPaper } from './policy-paper.ts';

/** A complete policy between parties that do not exist, with a premium as 6 % tax splits it. */
export const samplePolicy: PolicyPaper = {
  platformName: '示例市公共资源电子保函服务平台',
  insurerName: '示例财产保险股份有限公司辽宁分公司',
  insurerLicense: '000000210100001',
  insurerHotline: '400-000-0000',
  policyNumber: '202012610206202100013037',
  verificationCode: 'K7QM-2XPD-94TF',
  verifyUrl: 'https://guarantee.example.cn/verify?number=202012610206202100013037&code=K7QM2XPD94TF',
  applicantName: '示例建设工程集团有限公司',
  applicantCreditCode: '91330212MA2AECMD5B',
  insuredName: '示例市城市基础设施建设投资有限公司',
  insuredCreditCode: '91440400MA55XYY50B',
  sectionName: '示例市老旧小区配套基础设施改造工程（二期）施工第三标段',
  sectionCode: 'E2105000001000123001003',
  projectName: '示例市老旧小区配套基础设施改造工程（二期）',
  depositKindLabel: '投标保证金',
  formLabel: '保险保证',
  sumInsuredFen: 80_000_000,
  premiumFen: 320_000,
  netFen: 301_887,
  vatFen: 18_113,
  startOn: '2026-12-01',
  endOn: '2027-02-28',
  days: 90,
  issuedAtText: '2026-11-26 15:04:09',
  brokerName: '示例保险经纪有限公司',
  clauses: [
    {
      title: '第一条　保险责任',
      paragraphs: [
        '在保险期间内，被保险人依照招标文件的约定有权不退还投标保证金的，保险人在保险金额以内承担赔偿责任。',
      ],
    },
    { title: '第二条　责任免除', paragraphs: ['因被保险人的故意行为造成的损失，保险人不承担赔偿责任。'] },
  ],
  sandbox: true,
};
