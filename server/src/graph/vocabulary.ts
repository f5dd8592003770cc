import {
  depositKindLabel,
  documentKindLabel,
  guaranteeFormLabel,
  idTypeLabel,
  invoiceTypeLabel,
  ownershipLabel,
  premiumFormulaLabel,
  projectTypeLabel,
  qualificationLabel,
  roleLabel,
  surrenderCauseLabel,
  ticketTypeLabel,
} from '../db/vocabulary.ts';
import { enumOf } from './builder.ts';

export const DepositKindEnum = enumOf('DepositKind', '保证金类型。', depositKindLabel);
export const GuaranteeFormEnum = enumOf('GuaranteeForm', '保函形式。', guaranteeFormLabel);
export const ProjectTypeEnum = enumOf('ProjectType', '项目类型。', projectTypeLabel);
export const PremiumFormulaEnum = enumOf('PremiumFormula', '保费计算方式。', premiumFormulaLabel);
export const RoleEnum = enumOf('Role', '用户角色。', roleLabel);
export const OwnershipEnum = enumOf('Ownership', '企业性质。', ownershipLabel);
export const IdTypeEnum = enumOf('IdType', '证件类型。', idTypeLabel);
export const QualificationEnum = enumOf('Qualification', '施工资质等级。', qualificationLabel);
export const InvoiceTypeEnum = enumOf('InvoiceType', '发票类型。', invoiceTypeLabel);
export const DocumentKindEnum = enumOf('DocumentKind', '文件种类。', documentKindLabel);
export const SurrenderCauseEnum = enumOf('SurrenderCause', '退保原因。', surrenderCauseLabel);
export const TicketTypeEnum = enumOf('TicketType', '售后工单的类型。', ticketTypeLabel);
