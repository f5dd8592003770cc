CREATE TABLE `invoice_files` (
	`invoice_id` text NOT NULL,
	`format` text NOT NULL,
	`upload_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`invoice_id`, `format`),
	FOREIGN KEY (`invoice_id`) REFERENCES `invoices`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`upload_id`) REFERENCES `uploads`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "invoice_files_format_known" CHECK("invoice_files"."format" in ('PDF', 'OFD', 'XML'))
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `invoice_files_upload` ON `invoice_files` (`upload_id`);--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_invoices` (
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
	`code` text,
	`number` text,
	`issued_on` text,
	`courier` text,
	`tracking_number` text,
	`reject_reason` text,
	`red_code` text,
	`red_number` text,
	`created_at` integer NOT NULL,
	`requested_at` integer,
	`due_at` integer,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`policy_id`) REFERENCES `policies`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`insurer_id`) REFERENCES `insurers`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "invoices_state_known" CHECK("__new_invoices"."state" in ('NOT_REQUESTED', 'REQUESTED', 'ISSUING', 'ISSUED', 'SHIPPED', 'DELIVERED', 'REJECTED', 'REVERSED')),
	CONSTRAINT "invoices_type_known" CHECK("__new_invoices"."type" in ('E_ORDINARY', 'PAPER_ORDINARY', 'PAPER_SPECIAL', 'DIGITAL_ORDINARY', 'DIGITAL_SPECIAL')),
	CONSTRAINT "invoices_amount_not_negative" CHECK("__new_invoices"."amount_fen" >= 0),
	CONSTRAINT "invoices_issued_on_day" CHECK("__new_invoices"."issued_on" is null or "__new_invoices"."issued_on" glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]')
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_invoices`("id", "order_id", "policy_id", "insurer_id", "state", "type", "title", "title_id", "address", "amount_fen", "net_fen", "vat_fen", "code", "number", "issued_on", "courier", "tracking_number", "reject_reason", "red_code", "red_number", "created_at", "requested_at", "due_at") SELECT "id", "order_id", "policy_id", "insurer_id", "state", "type", "title", "title_id", "address", "amount_fen", "net_fen", "vat_fen", case when "type" not like 'DIGITAL%' and length("number") > 8 then substr("number", 1, length("number") - 8) end, case when "type" not like 'DIGITAL%' then substr("number", -8) else "number" end, "issued_on", "courier", "tracking_number", "reject_reason", case when "type" not like 'DIGITAL%' and length("red_number") > 8 then substr("red_number", 1, length("red_number") - 8) end, case when "type" not like 'DIGITAL%' then substr("red_number", -8) else "red_number" end, "created_at", "requested_at", "due_at" FROM `invoices`;--> statement-breakpoint
INSERT INTO `invoice_files`("invoice_id", "format", "upload_id", "created_at") SELECT "invoices"."id", case "uploads"."content_type" when 'application/ofd' then 'OFD' when 'application/xml' then 'XML' else 'PDF' end, "upload_id", coalesce("uploads"."attached_at", "uploads"."created_at") FROM `invoices` INNER JOIN `uploads` ON "uploads"."id" = "upload_id";--> statement-breakpoint
DROP TABLE `invoices`;--> statement-breakpoint
ALTER TABLE `__new_invoices` RENAME TO `invoices`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `invoices_order` ON `invoices` (`order_id`) WHERE state <> 'REVERSED';--> statement-breakpoint
CREATE INDEX `invoices_of_order` ON `invoices` (`order_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `invoices_coded_number` ON `invoices` (`insurer_id`,`code`,`number`);--> statement-breakpoint
CREATE UNIQUE INDEX `invoices_number` ON `invoices` (`insurer_id`,`number`) WHERE code is null;--> statement-breakpoint
CREATE INDEX `invoices_insurer` ON `invoices` (`insurer_id`,`state`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `invoices_created` ON `invoices` (`created_at`,`id`);