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
	CONSTRAINT "uploads_purpose_known" CHECK("__new_uploads"."purpose" in ('LICENSE', 'VOUCHER', 'POLICY', 'INVOICE', 'EVIDENCE', 'DOCUMENT'))
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_uploads`("id", "purpose", "content_type", "bytes", "sha256", "original_sha256", "file_name", "owner_id", "created_at", "attached_at") SELECT "id", "purpose", "content_type", "bytes", "sha256", "original_sha256", "file_name", "owner_id", "created_at", "attached_at" FROM `uploads`;--> statement-breakpoint
DROP TABLE `uploads`;--> statement-breakpoint
ALTER TABLE `__new_uploads` RENAME TO `uploads`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `uploads_owner` ON `uploads` (`owner_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `uploads_attached` ON `uploads` (`attached_at`,`created_at`);--> statement-breakpoint
CREATE TABLE `__new_insurers` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`short_name` text NOT NULL,
	`license_number` text NOT NULL,
	`license_valid_from` text,
	`license_valid_until` text,
	`state` text NOT NULL,
	`hotline` text NOT NULL,
	`logo` text,
	`account_name` text NOT NULL,
	`account_bank` text NOT NULL,
	`account_number` text NOT NULL,
	`second_underwriter_above_fen` integer,
	`created_at` integer NOT NULL,
	CONSTRAINT "insurers_state_known" CHECK("__new_insurers"."state" in ('ACTIVE', 'SUSPENDED')),
	CONSTRAINT "insurers_license_from_day" CHECK("__new_insurers"."license_valid_from" is null or "__new_insurers"."license_valid_from" glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
	CONSTRAINT "insurers_license_until_day" CHECK("__new_insurers"."license_valid_until" is null or "__new_insurers"."license_valid_until" glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]')
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_insurers`("id", "name", "short_name", "license_number", "license_valid_from", "license_valid_until", "state", "hotline", "logo", "account_name", "account_bank", "account_number", "second_underwriter_above_fen", "created_at") SELECT "id", "name", "short_name", "license_number", null, null, 'ACTIVE', "hotline", "logo", "account_name", "account_bank", "account_number", "second_underwriter_above_fen", "created_at" FROM `insurers`;--> statement-breakpoint
DROP TABLE `insurers`;--> statement-breakpoint
ALTER TABLE `__new_insurers` RENAME TO `insurers`;--> statement-breakpoint
CREATE UNIQUE INDEX `insurers_name` ON `insurers` (`name`);--> statement-breakpoint
ALTER TABLE `product_documents` ADD `file_upload_id` text REFERENCES uploads(id);--> statement-breakpoint
CREATE TABLE `__new_products` (
	`id` text PRIMARY KEY NOT NULL,
	`insurer_id` text NOT NULL,
	`name` text NOT NULL,
	`deposit_kind` text NOT NULL,
	`form` text NOT NULL,
	`formula` text NOT NULL,
	`rate` text,
	`tiers` text,
	`minimum_fen` integer NOT NULL,
	`minimum_sum_fen` integer,
	`maximum_sum_fen` integer,
	`maximum_days` integer,
	`region_codes` text,
	`valid_from` text,
	`valid_until` text,
	`active` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`insurer_id`) REFERENCES `insurers`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "products_kind_known" CHECK("__new_products"."deposit_kind" in ('BID', 'PERFORMANCE', 'ADVANCE_PAYMENT', 'WAGE', 'QUALITY')),
	CONSTRAINT "products_form_known" CHECK("__new_products"."form" in ('INSURANCE', 'SURETY', 'BANK')),
	CONSTRAINT "products_formula_known" CHECK("__new_products"."formula" in ('PER_CASE', 'ANNUAL_PRO_RATA', 'TIERED', 'MANUAL')),
	CONSTRAINT "products_minimum_not_negative" CHECK("__new_products"."minimum_fen" >= 0),
	CONSTRAINT "products_valid_from_day" CHECK("__new_products"."valid_from" is null or "__new_products"."valid_from" glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
	CONSTRAINT "products_valid_until_day" CHECK("__new_products"."valid_until" is null or "__new_products"."valid_until" glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]')
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_products`("id", "insurer_id", "name", "deposit_kind", "form", "formula", "rate", "tiers", "minimum_fen", "minimum_sum_fen", "maximum_sum_fen", "maximum_days", "region_codes", "valid_from", "valid_until", "active", "created_at") SELECT "id", "insurer_id", "name", "deposit_kind", "form", "formula", "rate", "tiers", "minimum_fen", null, "maximum_sum_fen", null, null, null, null, "active", "created_at" FROM `products`;--> statement-breakpoint
DROP TABLE `products`;--> statement-breakpoint
ALTER TABLE `__new_products` RENAME TO `products`;--> statement-breakpoint
CREATE INDEX `products_offer` ON `products` (`deposit_kind`,`form`,`active`);--> statement-breakpoint
CREATE INDEX `products_insurer` ON `products` (`insurer_id`);