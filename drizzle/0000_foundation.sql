CREATE TABLE `api_client_secrets` (
	`id` text PRIMARY KEY NOT NULL,
	`api_client_id` text NOT NULL,
	`secret_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`api_client_id`) REFERENCES `api_clients`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `api_client_secrets_hash` ON `api_client_secrets` (`secret_hash`);--> statement-breakpoint
CREATE INDEX `api_client_secrets_client` ON `api_client_secrets` (`api_client_id`);--> statement-breakpoint
CREATE TABLE `api_clients` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`scopes` text NOT NULL,
	`insurer_id` text,
	`created_at` integer NOT NULL,
	`revoked_at` integer
) STRICT;
--> statement-breakpoint
CREATE TABLE `sessions` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`expires_at` integer NOT NULL,
	`absolute_expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`address` text NOT NULL,
	`agent` text NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `sign_in_attempts` (
	`id` text PRIMARY KEY NOT NULL,
	`mobile` text NOT NULL,
	`address` text NOT NULL,
	`at` integer NOT NULL,
	`succeeded` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `sign_in_attempts_mobile` ON `sign_in_attempts` (`mobile`,`at`);--> statement-breakpoint
CREATE INDEX `sign_in_attempts_address` ON `sign_in_attempts` (`address`,`at`);--> statement-breakpoint
CREATE INDEX `sign_in_attempts_at` ON `sign_in_attempts` (`at`);--> statement-breakpoint
CREATE TABLE `sms_codes` (
	`id` text PRIMARY KEY NOT NULL,
	`mobile` text NOT NULL,
	`purpose` text NOT NULL,
	`code_hmac` text NOT NULL,
	`address` text NOT NULL,
	`network` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`tries` integer DEFAULT 0 NOT NULL,
	`used_at` integer,
	CONSTRAINT "sms_codes_purpose_known" CHECK("sms_codes"."purpose" in ('REGISTER', 'SIGN_IN', 'RESET_PASSWORD'))
) STRICT;
--> statement-breakpoint
CREATE INDEX `sms_codes_mobile` ON `sms_codes` (`mobile`,`created_at`);--> statement-breakpoint
CREATE INDEX `sms_codes_address` ON `sms_codes` (`address`,`created_at`);--> statement-breakpoint
CREATE INDEX `sms_codes_network` ON `sms_codes` (`network`,`created_at`);--> statement-breakpoint
CREATE INDEX `sms_codes_created` ON `sms_codes` (`created_at`);--> statement-breakpoint
CREATE TABLE `used_challenges` (
	`challenge` text PRIMARY KEY NOT NULL,
	`expires_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `used_challenges_expiry` ON `used_challenges` (`expires_at`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`mobile` text NOT NULL,
	`password_hash` text,
	`role` text NOT NULL,
	`name` text,
	`enterprise_id` text,
	`insurer_id` text,
	`agreement_version` text,
	`created_at` integer NOT NULL,
	`suspended_at` integer,
	CONSTRAINT "users_role_known" CHECK("users"."role" in ('BIDDER', 'OPERATOR', 'UNDERWRITER', 'REGULATOR'))
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `users_mobile` ON `users` (`mobile`);--> statement-breakpoint
CREATE INDEX `users_enterprise` ON `users` (`enterprise_id`);--> statement-breakpoint
CREATE TABLE `certifications` (
	`id` text PRIMARY KEY NOT NULL,
	`number` text NOT NULL,
	`user_id` text NOT NULL,
	`enterprise_id` text,
	`state` text NOT NULL,
	`name` text NOT NULL,
	`credit_code` text NOT NULL,
	`representative_name` text NOT NULL,
	`id_type` text NOT NULL,
	`id_number_sealed` text NOT NULL,
	`id_number_masked` text NOT NULL,
	`license_upload_id` text NOT NULL,
	`submitted_at` integer NOT NULL,
	`expedited_at` integer,
	`due_at` integer,
	`decided_at` integer,
	`rejection_reason` text,
	`rejected_fields` text DEFAULT '[]' NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`enterprise_id`) REFERENCES `enterprises`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`license_upload_id`) REFERENCES `uploads`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "certifications_state_known" CHECK("certifications"."state" in ('PENDING_REVIEW', 'APPROVED', 'REJECTED', 'WITHDRAWN')),
	CONSTRAINT "certifications_id_type_known" CHECK("certifications"."id_type" in ('RESIDENT_ID', 'PASSPORT', 'HK_MACAO_PERMIT', 'TAIWAN_PERMIT', 'FOREIGN_PERMANENT_RESIDENT'))
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `certifications_number` ON `certifications` (`number`);--> statement-breakpoint
CREATE UNIQUE INDEX `certifications_pending` ON `certifications` (`user_id`) WHERE state = 'PENDING_REVIEW';--> statement-breakpoint
CREATE INDEX `certifications_user` ON `certifications` (`user_id`,`submitted_at`);--> statement-breakpoint
CREATE INDEX `certifications_state` ON `certifications` (`state`,`submitted_at`);--> statement-breakpoint
CREATE INDEX `certifications_credit_code` ON `certifications` (`credit_code`);--> statement-breakpoint
CREATE INDEX `certifications_license` ON `certifications` (`license_upload_id`);--> statement-breakpoint
CREATE TABLE `enterprises` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`credit_code` text NOT NULL,
	`ownership` text,
	`region_code` text,
	`address` text,
	`certified_at` integer NOT NULL,
	`suspended_at` integer,
	`created_at` integer NOT NULL,
	CONSTRAINT "enterprises_ownership_known" CHECK("enterprises"."ownership" in ('STATE_OWNED', 'PRIVATE', 'FOREIGN', 'JOINT_VENTURE', 'COLLECTIVE', 'INDIVIDUAL', 'OTHER'))
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `enterprises_credit_code` ON `enterprises` (`credit_code`);--> statement-breakpoint
CREATE TABLE `insurers` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`short_name` text NOT NULL,
	`license_number` text NOT NULL,
	`hotline` text NOT NULL,
	`logo` text,
	`account_name` text NOT NULL,
	`account_bank` text NOT NULL,
	`account_number` text NOT NULL,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `insurers_name` ON `insurers` (`name`);--> statement-breakpoint
CREATE TABLE `product_documents` (
	`id` text PRIMARY KEY NOT NULL,
	`product_id` text,
	`kind` text NOT NULL,
	`title` text NOT NULL,
	`version` integer NOT NULL,
	`pages` text NOT NULL,
	`sha256` text NOT NULL,
	`published_at` integer NOT NULL,
	`replaced_at` integer,
	FOREIGN KEY (`product_id`) REFERENCES `products`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "product_documents_kind_known" CHECK("product_documents"."kind" in ('SERVICE_AGREEMENT', 'PRIVACY_POLICY', 'CUSTOMER_NOTICE', 'BROKERAGE_AGREEMENT', 'USER_AGREEMENT', 'POLICY_NOTICE', 'EXCLUSIONS', 'APPLICANT_DECLARATION', 'SPECIAL_TERMS', 'POLICY_TERMS', 'APPLICATION_FORM', 'COUNTER_GUARANTEE'))
) STRICT;
--> statement-breakpoint
CREATE INDEX `product_documents_product` ON `product_documents` (`product_id`,`kind`,`version`);--> statement-breakpoint
CREATE INDEX `product_documents_in_force` ON `product_documents` (`replaced_at`,`product_id`);--> statement-breakpoint
CREATE TABLE `products` (
	`id` text PRIMARY KEY NOT NULL,
	`insurer_id` text NOT NULL,
	`name` text NOT NULL,
	`deposit_kind` text NOT NULL,
	`form` text NOT NULL,
	`formula` text NOT NULL,
	`rate` text,
	`tiers` text,
	`minimum_fen` integer NOT NULL,
	`maximum_sum_fen` integer,
	`active` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`insurer_id`) REFERENCES `insurers`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "products_kind_known" CHECK("products"."deposit_kind" in ('BID', 'PERFORMANCE', 'ADVANCE_PAYMENT', 'WAGE', 'QUALITY')),
	CONSTRAINT "products_form_known" CHECK("products"."form" in ('INSURANCE', 'SURETY', 'BANK')),
	CONSTRAINT "products_formula_known" CHECK("products"."formula" in ('PER_CASE', 'ANNUAL_PRO_RATA', 'TIERED', 'MANUAL')),
	CONSTRAINT "products_minimum_not_negative" CHECK("products"."minimum_fen" >= 0)
) STRICT;
--> statement-breakpoint
CREATE INDEX `products_offer` ON `products` (`deposit_kind`,`form`,`active`);--> statement-breakpoint
CREATE INDEX `products_insurer` ON `products` (`insurer_id`);--> statement-breakpoint
CREATE TABLE `invoice_titles` (
	`id` text PRIMARY KEY NOT NULL,
	`enterprise_id` text NOT NULL,
	`special` integer NOT NULL,
	`name` text NOT NULL,
	`tax_number` text NOT NULL,
	`email` text,
	`registered_address` text,
	`registered_phone` text,
	`bank_name` text,
	`bank_account_sealed` text,
	`bank_account_masked` text,
	`is_default` integer NOT NULL,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`enterprise_id`) REFERENCES `enterprises`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `invoice_titles_enterprise` ON `invoice_titles` (`enterprise_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `invoices` (
	`id` text PRIMARY KEY NOT NULL,
	`order_id` text NOT NULL,
	`policy_id` text NOT NULL,
	`insurer_id` text NOT NULL,
	`state` text NOT NULL,
	`type` text,
	`title` text,
	`title_id` text,
	`address` text,
	`amount_fen` integer NOT NULL,
	`net_fen` integer NOT NULL,
	`vat_fen` integer NOT NULL,
	`number` text,
	`issued_on` text,
	`upload_id` text,
	`courier` text,
	`tracking_number` text,
	`reject_reason` text,
	`red_number` text,
	`created_at` integer NOT NULL,
	`requested_at` integer,
	`due_at` integer,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`policy_id`) REFERENCES `policies`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`insurer_id`) REFERENCES `insurers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`upload_id`) REFERENCES `uploads`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "invoices_state_known" CHECK("invoices"."state" in ('NOT_REQUESTED', 'REQUESTED', 'ISSUING', 'ISSUED', 'SHIPPED', 'DELIVERED', 'REJECTED', 'REVERSED')),
	CONSTRAINT "invoices_type_known" CHECK("invoices"."type" in ('E_ORDINARY', 'PAPER_ORDINARY', 'PAPER_SPECIAL', 'DIGITAL_ORDINARY', 'DIGITAL_SPECIAL')),
	CONSTRAINT "invoices_amount_not_negative" CHECK("invoices"."amount_fen" >= 0),
	CONSTRAINT "invoices_issued_on_day" CHECK("invoices"."issued_on" is null or "invoices"."issued_on" glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]')
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `invoices_order` ON `invoices` (`order_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `invoices_number` ON `invoices` (`insurer_id`,`number`);--> statement-breakpoint
CREATE INDEX `invoices_insurer` ON `invoices` (`insurer_id`,`state`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `invoices_created` ON `invoices` (`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `shipping_addresses` (
	`id` text PRIMARY KEY NOT NULL,
	`enterprise_id` text NOT NULL,
	`recipient` text NOT NULL,
	`phone` text NOT NULL,
	`region_code` text NOT NULL,
	`address` text NOT NULL,
	`is_default` integer NOT NULL,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`enterprise_id`) REFERENCES `enterprises`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `shipping_addresses_enterprise` ON `shipping_addresses` (`enterprise_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `events` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`at` integer NOT NULL,
	`noun` text NOT NULL,
	`object_id` text NOT NULL,
	`order_id` text,
	`insurer_id` text,
	`event` text NOT NULL,
	`from_state` text,
	`to_state` text,
	`party` text NOT NULL,
	`actor_id` text,
	`address` text,
	`request_id` text,
	`note` text,
	`data` text NOT NULL,
	`previous_hash` text NOT NULL,
	`hash` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `events_id` ON `events` (`id`);--> statement-breakpoint
CREATE INDEX `events_object` ON `events` (`object_id`,`seq`);--> statement-breakpoint
CREATE INDEX `events_order` ON `events` (`order_id`,`seq`);--> statement-breakpoint
CREATE INDEX `events_noun` ON `events` (`noun`,`seq`);--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`actor_id` text NOT NULL,
	`key` text NOT NULL,
	`request_hash` text NOT NULL,
	`object_id` text,
	`response` text,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `idempotency_keys_key` ON `idempotency_keys` (`actor_id`,`key`);--> statement-breakpoint
CREATE INDEX `idempotency_keys_created` ON `idempotency_keys` (`created_at`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`topic` text NOT NULL,
	`payload` text NOT NULL,
	`order_id` text,
	`state` text DEFAULT 'DUE' NOT NULL,
	`due_at` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`last_fault` text,
	`created_at` integer NOT NULL,
	`done_at` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `outbox_due` ON `outbox` (`state`,`due_at`);--> statement-breakpoint
CREATE TABLE `consents` (
	`id` text PRIMARY KEY NOT NULL,
	`order_id` text NOT NULL,
	`document_id` text NOT NULL,
	`document_sha256` text NOT NULL,
	`statement` text NOT NULL,
	`label_text` text NOT NULL,
	`page_version` text,
	`opened_at` integer,
	`read_to_end_at` integer,
	`accepted_at` integer NOT NULL,
	`user_id` text NOT NULL,
	`address` text NOT NULL,
	`agent` text NOT NULL,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`document_id`) REFERENCES `product_documents`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "consents_statement_known" CHECK("consents"."statement" in ('DISCLOSURE', 'PAGE_BY_PAGE', 'FULLY_UNDERSTOOD'))
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `consents_document` ON `consents` (`order_id`,`document_id`,`statement`);--> statement-breakpoint
CREATE TABLE `order_products` (
	`order_id` text NOT NULL,
	`product_id` text NOT NULL,
	PRIMARY KEY(`order_id`, `product_id`),
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`product_id`) REFERENCES `products`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE TABLE `orders` (
	`id` text PRIMARY KEY NOT NULL,
	`number` text NOT NULL,
	`enterprise_id` text NOT NULL,
	`section_id` text NOT NULL,
	`deposit_kind` text NOT NULL,
	`form` text NOT NULL,
	`state` text NOT NULL,
	`deposit_amount_fen` integer,
	`order_amount_fen` integer,
	`application` text,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`submitted_at` integer,
	`completed_at` integer,
	`due_at` integer,
	`cancel_reason` text,
	FOREIGN KEY (`enterprise_id`) REFERENCES `enterprises`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`section_id`) REFERENCES `bid_sections`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "orders_state_known" CHECK("orders"."state" in ('DRAFT', 'UNDERWRITING', 'AWAITING_PAYMENT', 'PAYMENT_REVIEW', 'ISSUING', 'COMPLETED', 'SURRENDERED', 'DECLINED', 'CANCELLED', 'LAPSED')),
	CONSTRAINT "orders_kind_known" CHECK("orders"."deposit_kind" in ('BID', 'PERFORMANCE', 'ADVANCE_PAYMENT', 'WAGE', 'QUALITY')),
	CONSTRAINT "orders_form_known" CHECK("orders"."form" in ('INSURANCE', 'SURETY', 'BANK')),
	CONSTRAINT "orders_amount_not_negative" CHECK("orders"."order_amount_fen" >= 0)
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `orders_number` ON `orders` (`number`);--> statement-breakpoint
CREATE UNIQUE INDEX `orders_live` ON `orders` (`enterprise_id`,`section_id`,`deposit_kind`) WHERE state in ('DRAFT', 'UNDERWRITING', 'AWAITING_PAYMENT', 'PAYMENT_REVIEW', 'ISSUING', 'COMPLETED');--> statement-breakpoint
CREATE INDEX `orders_enterprise` ON `orders` (`enterprise_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `orders_section` ON `orders` (`section_id`);--> statement-breakpoint
CREATE INDEX `orders_created` ON `orders` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `orders_due` ON `orders` (`state`,`due_at`);--> statement-breakpoint
CREATE TABLE `sales_events` (
	`order_id` text NOT NULL,
	`seq` integer NOT NULL,
	`kind` text NOT NULL,
	`client_at` integer NOT NULL,
	`received_at` integer NOT NULL,
	`page_version` text NOT NULL,
	`document_id` text,
	`page` integer,
	`statement` text,
	`label_text` text,
	`user_id` text NOT NULL,
	`address` text NOT NULL,
	`agent` text NOT NULL,
	PRIMARY KEY(`order_id`, `seq`),
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`document_id`) REFERENCES `product_documents`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "sales_events_kind_known" CHECK("sales_events"."kind" in ('PAGE_OPENED', 'DISCLOSURE_ACCEPTED', 'DOCUMENT_OPENED', 'DOCUMENT_PAGE_TURNED', 'DOCUMENT_READ_TO_END', 'STATEMENT_TICKED', 'STATEMENT_CLEARED'))
) STRICT;
--> statement-breakpoint
CREATE TABLE `payment_vouchers` (
	`id` text PRIMARY KEY NOT NULL,
	`payment_id` text NOT NULL,
	`upload_id` text NOT NULL,
	`payer_name` text NOT NULL,
	`payer_account_sealed` text NOT NULL,
	`payer_account_masked` text NOT NULL,
	`transaction_number` text NOT NULL,
	`paid_on` text NOT NULL,
	`submitted_at` integer NOT NULL,
	`rejected_at` integer,
	FOREIGN KEY (`payment_id`) REFERENCES `payments`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`upload_id`) REFERENCES `uploads`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "payment_vouchers_paid_on_day" CHECK("payment_vouchers"."paid_on" is null or "payment_vouchers"."paid_on" glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]')
) STRICT;
--> statement-breakpoint
CREATE INDEX `payment_vouchers_payment` ON `payment_vouchers` (`payment_id`,`submitted_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `payment_vouchers_standing` ON `payment_vouchers` (`payment_id`) WHERE rejected_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX `payment_vouchers_transaction` ON `payment_vouchers` (`transaction_number`) WHERE rejected_at is null;--> statement-breakpoint
CREATE TABLE `payments` (
	`id` text PRIMARY KEY NOT NULL,
	`order_id` text NOT NULL,
	`insurer_id` text NOT NULL,
	`state` text NOT NULL,
	`amount_fen` integer NOT NULL,
	`remark_code` text NOT NULL,
	`account_name` text NOT NULL,
	`account_bank` text NOT NULL,
	`account_number` text NOT NULL,
	`created_at` integer NOT NULL,
	`due_at` integer,
	`confirmed_at` integer,
	`reject_reason` text,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`insurer_id`) REFERENCES `insurers`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "payments_state_known" CHECK("payments"."state" in ('AWAITING_TRANSFER', 'VOUCHER_SUBMITTED', 'CONFIRMED', 'EXCEPTION', 'REFUNDING', 'REFUNDED', 'CLOSED')),
	CONSTRAINT "payments_amount_not_negative" CHECK("payments"."amount_fen" >= 0)
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `payments_order` ON `payments` (`order_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `payments_remark` ON `payments` (`remark_code`);--> statement-breakpoint
CREATE INDEX `payments_state` ON `payments` (`state`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `policies` (
	`id` text PRIMARY KEY NOT NULL,
	`order_id` text NOT NULL,
	`quote_id` text NOT NULL,
	`insurer_id` text NOT NULL,
	`policy_number` text NOT NULL,
	`verification_code` text NOT NULL,
	`state` text NOT NULL,
	`sum_insured_fen` integer NOT NULL,
	`premium_fen` integer NOT NULL,
	`start_on` text NOT NULL,
	`end_on` text NOT NULL,
	`upload_id` text NOT NULL,
	`issued_at` integer NOT NULL,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`quote_id`) REFERENCES `quotes`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`insurer_id`) REFERENCES `insurers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`upload_id`) REFERENCES `uploads`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "policies_state_known" CHECK("policies"."state" in ('ISSUED', 'ACTIVE', 'EXPIRED', 'SURRENDERED', 'RELEASED', 'EXHAUSTED')),
	CONSTRAINT "policies_sum_not_negative" CHECK("policies"."sum_insured_fen" >= 0),
	CONSTRAINT "policies_start_day" CHECK("policies"."start_on" is null or "policies"."start_on" glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
	CONSTRAINT "policies_end_day" CHECK("policies"."end_on" is null or "policies"."end_on" glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]')
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `policies_order` ON `policies` (`order_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `policies_number` ON `policies` (`insurer_id`,`policy_number`);--> statement-breakpoint
CREATE INDEX `policies_number_only` ON `policies` (`policy_number`);--> statement-breakpoint
CREATE INDEX `policies_state` ON `policies` (`state`,`start_on`,`end_on`);--> statement-breakpoint
CREATE TABLE `verification_attempts` (
	`id` text PRIMARY KEY NOT NULL,
	`address` text NOT NULL,
	`at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `verification_attempts_address` ON `verification_attempts` (`address`,`at`);--> statement-breakpoint
CREATE INDEX `verification_attempts_at` ON `verification_attempts` (`at`);--> statement-breakpoint
CREATE TABLE `quotes` (
	`id` text PRIMARY KEY NOT NULL,
	`number` text NOT NULL,
	`order_id` text NOT NULL,
	`product_id` text NOT NULL,
	`insurer_id` text NOT NULL,
	`state` text NOT NULL,
	`reference_premium_fen` integer,
	`premium_fen` integer,
	`rate` text,
	`valid_until` integer,
	`note` text,
	`decline_reason` text,
	`material_request` text,
	`material_note` text,
	`material_upload_ids` text DEFAULT '[]' NOT NULL,
	`submitted_at` integer NOT NULL,
	`decided_at` integer,
	`due_at` integer,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`product_id`) REFERENCES `products`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`insurer_id`) REFERENCES `insurers`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "quotes_state_known" CHECK("quotes"."state" in ('SUBMITTED', 'MATERIAL_REQUESTED', 'OFFERED', 'ACCEPTED', 'ISSUED', 'DECLINED', 'WITHDRAWN', 'EXPIRED')),
	CONSTRAINT "quotes_premium_not_negative" CHECK("quotes"."premium_fen" >= 0)
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `quotes_number` ON `quotes` (`number`);--> statement-breakpoint
CREATE UNIQUE INDEX `quotes_order_product` ON `quotes` (`order_id`,`product_id`);--> statement-breakpoint
CREATE INDEX `quotes_insurer` ON `quotes` (`insurer_id`,`state`,`submitted_at`,`id`);--> statement-breakpoint
CREATE INDEX `quotes_insurer_order` ON `quotes` (`insurer_id`,`order_id`);--> statement-breakpoint
CREATE INDEX `quotes_valid` ON `quotes` (`state`,`valid_until`);--> statement-breakpoint
CREATE TABLE `bid_sections` (
	`id` text PRIMARY KEY NOT NULL,
	`source` text NOT NULL,
	`code` text NOT NULL,
	`name` text NOT NULL,
	`project_code` text,
	`project_name` text,
	`project_type` text NOT NULL,
	`region_code` text NOT NULL,
	`tenderer_name` text,
	`tenderer_code` text,
	`agency_name` text,
	`control_price_fen` integer,
	`validity_days` integer,
	`deadline_at` integer,
	`open_at` integer,
	`opened_at` integer,
	`winner_name` text,
	`notice_name` text,
	`notice_sent_at` integer,
	`data_timestamp` integer NOT NULL,
	`state` text NOT NULL,
	`created_at` integer NOT NULL,
	CONSTRAINT "bid_sections_state_known" CHECK("bid_sections"."state" in ('ANNOUNCED', 'SUSPENDED', 'OPENED', 'AWARDED', 'FAILED')),
	CONSTRAINT "bid_sections_type_known" CHECK("bid_sections"."project_type" in ('HOUSING', 'HIGHWAY', 'WATER', 'MUNICIPAL', 'TRAFFIC', 'OTHER')),
	CONSTRAINT "bid_sections_control_price_not_negative" CHECK("bid_sections"."control_price_fen" >= 0)
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `bid_sections_code` ON `bid_sections` (`source`,`code`);--> statement-breakpoint
CREATE INDEX `bid_sections_code_only` ON `bid_sections` (`code`);--> statement-breakpoint
CREATE INDEX `bid_sections_order` ON `bid_sections` (`data_timestamp`,`id`);--> statement-breakpoint
CREATE INDEX `bid_sections_state` ON `bid_sections` (`state`,`data_timestamp`,`id`);--> statement-breakpoint
CREATE INDEX `bid_sections_region` ON `bid_sections` (`region_code`,`data_timestamp`,`id`);--> statement-breakpoint
CREATE INDEX `bid_sections_type` ON `bid_sections` (`project_type`,`data_timestamp`,`id`);--> statement-breakpoint
CREATE TABLE `deposit_requirements` (
	`section_id` text NOT NULL,
	`kind` text NOT NULL,
	`amount_fen` integer,
	`deadline_at` integer,
	PRIMARY KEY(`section_id`, `kind`),
	FOREIGN KEY (`section_id`) REFERENCES `bid_sections`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "deposit_requirements_kind_known" CHECK("deposit_requirements"."kind" in ('BID', 'PERFORMANCE', 'ADVANCE_PAYMENT', 'WAGE', 'QUALITY')),
	CONSTRAINT "deposit_requirements_amount_not_negative" CHECK("deposit_requirements"."amount_fen" >= 0)
) STRICT;
--> statement-breakpoint
CREATE INDEX `deposit_requirements_kind` ON `deposit_requirements` (`kind`,`section_id`);--> statement-breakpoint
CREATE TABLE `uploads` (
	`id` text PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`content_type` text NOT NULL,
	`bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`original_sha256` text NOT NULL,
	`file_name` text NOT NULL,
	`owner_id` text,
	`created_at` integer NOT NULL,
	`attached_at` integer,
	CONSTRAINT "uploads_purpose_known" CHECK("uploads"."purpose" in ('LICENSE', 'VOUCHER', 'POLICY', 'INVOICE', 'EVIDENCE'))
) STRICT;
--> statement-breakpoint
CREATE INDEX `uploads_owner` ON `uploads` (`owner_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `uploads_attached` ON `uploads` (`attached_at`,`created_at`);