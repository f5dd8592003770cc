CREATE TABLE `bank_lines` (
	`id` text PRIMARY KEY NOT NULL,
	`statement_id` text NOT NULL,
	`insurer_id` text NOT NULL,
	`account_number` text NOT NULL,
	`identity` text NOT NULL,
	`transaction_number` text,
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
	`order_id` text,
	`set_aside_reason` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`statement_id`) REFERENCES `bank_statements`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`insurer_id`) REFERENCES `insurers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`payment_id`) REFERENCES `payments`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "bank_lines_state_known" CHECK("bank_lines"."state" in ('QUEUED', 'MATCHED', 'SET_ASIDE')),
	CONSTRAINT "bank_lines_reason_known" CHECK("bank_lines"."reason" in ('UNMATCHED', 'AMBIGUOUS', 'DUPLICATE', 'SHORT', 'OVER', 'FOREIGN_PAYER', 'LATE')),
	CONSTRAINT "bank_lines_amount_positive" CHECK("bank_lines"."amount_fen" > 0),
	CONSTRAINT "bank_lines_booked_on_day" CHECK("bank_lines"."booked_on" is null or "bank_lines"."booked_on" glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]')
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `bank_lines_identity` ON `bank_lines` (`account_number`,`identity`);--> statement-breakpoint
CREATE INDEX `bank_lines_state` ON `bank_lines` (`state`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `bank_lines_payment` ON `bank_lines` (`payment_id`);--> statement-breakpoint
CREATE TABLE `bank_statements` (
	`id` text PRIMARY KEY NOT NULL,
	`insurer_id` text NOT NULL,
	`account_number` text NOT NULL,
	`upload_id` text,
	`sha256` text NOT NULL,
	`created_at` integer NOT NULL,
	`done_at` integer,
	`confirmed` integer DEFAULT 0 NOT NULL,
	`queued` integer DEFAULT 0 NOT NULL,
	`repeated` integer DEFAULT 0 NOT NULL,
	`outgoing` integer DEFAULT 0 NOT NULL,
	`rejected` text DEFAULT '[]' NOT NULL,
	FOREIGN KEY (`insurer_id`) REFERENCES `insurers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`upload_id`) REFERENCES `uploads`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `bank_statements_content` ON `bank_statements` (`insurer_id`,`account_number`,`sha256`);--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_uploads` (
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
	CONSTRAINT "uploads_purpose_known" CHECK("__new_uploads"."purpose" in ('LICENSE', 'VOUCHER', 'POLICY', 'INVOICE', 'EVIDENCE', 'DOCUMENT', 'STATEMENT'))
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_uploads`("id", "purpose", "content_type", "bytes", "sha256", "original_sha256", "file_name", "owner_id", "created_at", "attached_at") SELECT "id", "purpose", "content_type", "bytes", "sha256", "original_sha256", "file_name", "owner_id", "created_at", "attached_at" FROM `uploads`;--> statement-breakpoint
DROP TABLE `uploads`;--> statement-breakpoint
ALTER TABLE `__new_uploads` RENAME TO `uploads`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `uploads_owner` ON `uploads` (`owner_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `uploads_attached` ON `uploads` (`attached_at`,`created_at`);