CREATE TABLE `order_batches` (
	`id` text PRIMARY KEY NOT NULL,
	`enterprise_id` text NOT NULL,
	`deposit_kind` text NOT NULL,
	`form` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`not_started` text NOT NULL,
	`submitted_at` integer,
	`not_submitted` text NOT NULL,
	FOREIGN KEY (`enterprise_id`) REFERENCES `enterprises`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "order_batches_kind_known" CHECK("order_batches"."deposit_kind" in ('BID', 'PERFORMANCE', 'ADVANCE_PAYMENT', 'WAGE', 'QUALITY')),
	CONSTRAINT "order_batches_form_known" CHECK("order_batches"."form" in ('INSURANCE', 'SURETY', 'BANK'))
) STRICT;
--> statement-breakpoint
CREATE INDEX `order_batches_enterprise` ON `order_batches` (`enterprise_id`,`created_at`);--> statement-breakpoint
ALTER TABLE `orders` ADD `batch_id` text REFERENCES order_batches(id);--> statement-breakpoint
CREATE INDEX `orders_batch` ON `orders` (`batch_id`);