PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_bank_lines` (
	`id` text PRIMARY KEY NOT NULL,
	`statement_id` text NOT NULL,
	`insurer_id` text NOT NULL,
	`account_number` text NOT NULL,
	`identity` text NOT NULL,
	`transaction_number` text,
	`direction` text DEFAULT 'IN' NOT NULL,
	`booked_on` text NOT NULL,
	`booked_at` integer NOT NULL,
	`amount_fen` integer NOT NULL,
	`payer_name` text NOT NULL,
	`payer_account_sealed` text,
	`payer_account_masked` text,
	`remark` text NOT NULL,
	`state` text NOT NULL,
	`reason` text,
	`payment_id` text,
	`refund_id` text,
	`order_id` text,
	`set_aside_reason` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`statement_id`) REFERENCES `bank_statements`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`insurer_id`) REFERENCES `insurers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`payment_id`) REFERENCES `payments`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`refund_id`) REFERENCES `refunds`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "bank_lines_state_known" CHECK("__new_bank_lines"."state" in ('QUEUED', 'MATCHED', 'SET_ASIDE')),
	CONSTRAINT "bank_lines_direction_known" CHECK("__new_bank_lines"."direction" in ('IN', 'OUT')),
	CONSTRAINT "bank_lines_reason_known" CHECK("__new_bank_lines"."reason" in ('UNMATCHED', 'AMBIGUOUS', 'DUPLICATE', 'SHORT', 'OVER', 'FOREIGN_PAYER', 'LATE', 'NO_REFUND', 'REFUND_AMOUNT', 'PAYEE')),
	CONSTRAINT "bank_lines_amount_positive" CHECK("__new_bank_lines"."amount_fen" > 0),
	CONSTRAINT "bank_lines_booked_on_day" CHECK("__new_bank_lines"."booked_on" is null or "__new_bank_lines"."booked_on" glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]')
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_bank_lines`("id", "statement_id", "insurer_id", "account_number", "identity", "transaction_number", "direction", "booked_on", "booked_at", "amount_fen", "payer_name", "payer_account_sealed", "payer_account_masked", "remark", "state", "reason", "payment_id", "refund_id", "order_id", "set_aside_reason", "created_at") SELECT "id", "statement_id", "insurer_id", "account_number", "identity", "transaction_number", 'IN', "booked_on", "booked_at", "amount_fen", "payer_name", "payer_account_sealed", "payer_account_masked", "remark", "state", "reason", "payment_id", NULL, "order_id", "set_aside_reason", "created_at" FROM `bank_lines`;--> statement-breakpoint
DROP TABLE `bank_lines`;--> statement-breakpoint
ALTER TABLE `__new_bank_lines` RENAME TO `bank_lines`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `bank_lines_identity` ON `bank_lines` (`account_number`,`identity`);--> statement-breakpoint
CREATE INDEX `bank_lines_state` ON `bank_lines` (`state`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `bank_lines_payment` ON `bank_lines` (`payment_id`);--> statement-breakpoint
DROP INDEX `receipts_transaction`;--> statement-breakpoint
DROP INDEX `receipts_line`;--> statement-breakpoint
ALTER TABLE `receipts` ADD `taken_back_at` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `receipts_transaction` ON `receipts` (`account_number`,`transaction_number`) WHERE transaction_number is not null and taken_back_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX `receipts_line` ON `receipts` (`line_id`) WHERE line_id is not null and taken_back_at is null;--> statement-breakpoint
ALTER TABLE `refunds` ADD `line_id` text;--> statement-breakpoint
CREATE TABLE `__new_payments` (
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
	`exception_kind` text,
	`exception_reason` text,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`insurer_id`) REFERENCES `insurers`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "payments_state_known" CHECK("__new_payments"."state" in ('AWAITING_TRANSFER', 'VOUCHER_SUBMITTED', 'CONFIRMED', 'EXCEPTION', 'REFUNDING', 'REFUNDED', 'CLOSED')),
	CONSTRAINT "payments_exception_kind_known" CHECK("__new_payments"."exception_kind" in ('SHORT', 'OVER', 'FOREIGN_PAYER', 'LATE', 'OTHER')),
	CONSTRAINT "payments_amount_not_negative" CHECK("__new_payments"."amount_fen" >= 0)
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_payments`("id", "order_id", "insurer_id", "state", "amount_fen", "remark_code", "account_name", "account_bank", "account_number", "created_at", "due_at", "confirmed_at", "reject_reason", "exception_kind", "exception_reason") SELECT "id", "order_id", "insurer_id", "state", "amount_fen", "remark_code", "account_name", "account_bank", "account_number", "created_at", "due_at", "confirmed_at", "reject_reason",
	CASE WHEN "exception_kind" IS NULL OR "exception_kind" IN ('SHORT', 'OVER', 'FOREIGN_PAYER', 'LATE') THEN "exception_kind" ELSE 'OTHER' END, "exception_reason" FROM `payments`;--> statement-breakpoint
DROP TABLE `payments`;--> statement-breakpoint
ALTER TABLE `__new_payments` RENAME TO `payments`;--> statement-breakpoint
CREATE UNIQUE INDEX `payments_order` ON `payments` (`order_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `payments_remark` ON `payments` (`remark_code`);--> statement-breakpoint
CREATE INDEX `payments_state` ON `payments` (`state`,`created_at`,`id`);