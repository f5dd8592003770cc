CREATE TABLE `ledger_entries` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`kind` text NOT NULL,
	`debit` text NOT NULL,
	`credit` text NOT NULL,
	`amount_fen` integer NOT NULL,
	`insurer_id` text NOT NULL,
	`order_id` text,
	`cause_id` text NOT NULL,
	FOREIGN KEY (`insurer_id`) REFERENCES `insurers`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "ledger_entries_kind_known" CHECK("ledger_entries"."kind" in ('HOLD', 'RELEASE', 'RECEIVE', 'EARN', 'OWE_REFUND', 'PAY_REFUND', 'INVOICE', 'REVERSE_INVOICE')),
	CONSTRAINT "ledger_entries_debit_known" CHECK("ledger_entries"."debit" in ('BANK', 'SUSPENSE', 'CUSTOMER_FUNDS', 'PREMIUM_UNINVOICED', 'PREMIUM_INVOICED', 'VAT', 'REFUNDS_PAYABLE')),
	CONSTRAINT "ledger_entries_credit_known" CHECK("ledger_entries"."credit" in ('BANK', 'SUSPENSE', 'CUSTOMER_FUNDS', 'PREMIUM_UNINVOICED', 'PREMIUM_INVOICED', 'VAT', 'REFUNDS_PAYABLE')),
	CONSTRAINT "ledger_entries_two_accounts" CHECK("ledger_entries"."debit" <> "ledger_entries"."credit"),
	CONSTRAINT "ledger_entries_amount_positive" CHECK("ledger_entries"."amount_fen" > 0)
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `ledger_entries_cause` ON `ledger_entries` (`cause_id`,`kind`,`debit`,`credit`);--> statement-breakpoint
CREATE INDEX `ledger_entries_order` ON `ledger_entries` (`order_id`);--> statement-breakpoint
CREATE TABLE `receipts` (
	`id` text PRIMARY KEY NOT NULL,
	`payment_id` text NOT NULL,
	`insurer_id` text NOT NULL,
	`amount_fen` integer NOT NULL,
	`account_number` text NOT NULL,
	`payer_name` text,
	`payer_account_sealed` text,
	`payer_account_masked` text,
	`transaction_number` text,
	`received_on` text NOT NULL,
	`voucher_id` text,
	`line_id` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`payment_id`) REFERENCES `payments`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`insurer_id`) REFERENCES `insurers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`voucher_id`) REFERENCES `payment_vouchers`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "receipts_amount_positive" CHECK("receipts"."amount_fen" > 0),
	CONSTRAINT "receipts_received_on_day" CHECK("receipts"."received_on" is null or "receipts"."received_on" glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]')
) STRICT;
--> statement-breakpoint
CREATE INDEX `receipts_payment` ON `receipts` (`payment_id`,`created_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `receipts_transaction` ON `receipts` (`account_number`,`transaction_number`) WHERE transaction_number is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `receipts_line` ON `receipts` (`line_id`) WHERE line_id is not null;--> statement-breakpoint
CREATE TABLE `refunds` (
	`id` text PRIMARY KEY NOT NULL,
	`payment_id` text NOT NULL,
	`order_id` text NOT NULL,
	`insurer_id` text NOT NULL,
	`receipt_id` text NOT NULL,
	`state` text NOT NULL,
	`kind` text NOT NULL,
	`amount_fen` integer NOT NULL,
	`reason` text NOT NULL,
	`created_at` integer NOT NULL,
	`due_at` integer,
	`transaction_number` text,
	`paid_on` text,
	`upload_id` text,
	`done_at` integer,
	FOREIGN KEY (`payment_id`) REFERENCES `payments`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`insurer_id`) REFERENCES `insurers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`receipt_id`) REFERENCES `receipts`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`upload_id`) REFERENCES `uploads`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "refunds_state_known" CHECK("refunds"."state" in ('REFUNDING', 'REFUNDED')),
	CONSTRAINT "refunds_kind_known" CHECK("refunds"."kind" in ('SURPLUS', 'WHOLE', 'SURRENDER')),
	CONSTRAINT "refunds_amount_positive" CHECK("refunds"."amount_fen" > 0),
	CONSTRAINT "refunds_paid_on_day" CHECK("refunds"."paid_on" is null or "refunds"."paid_on" glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]')
) STRICT;
--> statement-breakpoint
CREATE INDEX `refunds_payment` ON `refunds` (`payment_id`);--> statement-breakpoint
CREATE INDEX `refunds_state` ON `refunds` (`state`,`created_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `refunds_transaction` ON `refunds` (`insurer_id`,`transaction_number`) WHERE transaction_number is not null;--> statement-breakpoint
DROP INDEX `payment_vouchers_transaction`;--> statement-breakpoint
ALTER TABLE `payment_vouchers` ADD `further_upload_ids` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
CREATE INDEX `payment_vouchers_transaction` ON `payment_vouchers` (`transaction_number`);--> statement-breakpoint
ALTER TABLE `payments` ADD `exception_kind` text;--> statement-breakpoint
ALTER TABLE `payments` ADD `exception_reason` text;--> statement-breakpoint
-- What was paid and invoiced before is entered too. Ids are random letters as everywhere.
UPDATE payments SET exception_kind = 'OTHER' WHERE state = 'EXCEPTION';
--> statement-breakpoint
INSERT INTO receipts (id, payment_id, insurer_id, amount_fen, account_number, payer_name, transaction_number, received_on, voucher_id, created_at)
SELECT 'rcp_' || replace(replace(replace(replace(lower(hex(randomblob(13))), '0', 'g'), '1', 'h'), '8', 'i'), '9', 'j'),
	p.id, p.insurer_id, p.amount_fen, p.account_number, v.payer_name, v.transaction_number,
	coalesce(v.paid_on, date(p.confirmed_at / 1000 + 28800, 'unixepoch')), v.id, p.confirmed_at
FROM payments p LEFT JOIN payment_vouchers v ON v.payment_id = p.id AND v.rejected_at IS NULL
WHERE p.confirmed_at IS NOT NULL AND p.amount_fen > 0;
--> statement-breakpoint
INSERT INTO ledger_entries (id, at, kind, debit, credit, amount_fen, insurer_id, order_id, cause_id)
SELECT 'led_' || replace(replace(replace(replace(lower(hex(randomblob(13))), '0', 'g'), '1', 'h'), '8', 'i'), '9', 'j'),
	at, kind, debit, credit, amount_fen, insurer_id, order_id, cause_id
FROM (
	SELECT r.created_at AS at, 'RECEIVE' AS kind, 'BANK' AS debit, 'CUSTOMER_FUNDS' AS credit, r.amount_fen, r.insurer_id, p.order_id, r.id AS cause_id
	FROM receipts r JOIN payments p ON p.id = r.payment_id
	UNION ALL
	SELECT confirmed_at, 'EARN', 'CUSTOMER_FUNDS', 'PREMIUM_UNINVOICED', amount_fen, insurer_id, order_id, id
	FROM payments WHERE confirmed_at IS NOT NULL
	UNION ALL
	SELECT created_at, 'INVOICE', 'PREMIUM_UNINVOICED', 'PREMIUM_INVOICED', net_fen, insurer_id, order_id, id
	FROM invoices WHERE number IS NOT NULL
	UNION ALL
	SELECT created_at, 'INVOICE', 'PREMIUM_UNINVOICED', 'VAT', vat_fen, insurer_id, order_id, id
	FROM invoices WHERE number IS NOT NULL
	UNION ALL
	SELECT created_at, 'REVERSE_INVOICE', 'PREMIUM_INVOICED', 'PREMIUM_UNINVOICED', net_fen, insurer_id, order_id, id
	FROM invoices WHERE state = 'REVERSED'
	UNION ALL
	SELECT created_at, 'REVERSE_INVOICE', 'VAT', 'PREMIUM_UNINVOICED', vat_fen, insurer_id, order_id, id
	FROM invoices WHERE state = 'REVERSED'
) WHERE amount_fen > 0;
--> statement-breakpoint
CREATE TRIGGER ledger_entries_never_change BEFORE UPDATE ON ledger_entries BEGIN
	SELECT RAISE(ABORT, 'ledger entries are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER ledger_entries_never_vanish BEFORE DELETE ON ledger_entries BEGIN
	SELECT RAISE(ABORT, 'ledger entries are never deleted');
END;
