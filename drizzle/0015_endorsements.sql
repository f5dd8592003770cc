CREATE TABLE `endorsements` (
	`id` text PRIMARY KEY NOT NULL,
	`policy_id` text NOT NULL,
	`order_id` text NOT NULL,
	`insurer_id` text NOT NULL,
	`number` text NOT NULL,
	`previous_end_on` text NOT NULL,
	`end_on` text NOT NULL,
	`reason` text NOT NULL,
	`upload_id` text NOT NULL,
	`issued_at` integer NOT NULL,
	FOREIGN KEY (`policy_id`) REFERENCES `policies`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`insurer_id`) REFERENCES `insurers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`upload_id`) REFERENCES `uploads`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "endorsements_previous_end_day" CHECK("endorsements"."previous_end_on" is null or "endorsements"."previous_end_on" glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
	CONSTRAINT "endorsements_end_day" CHECK("endorsements"."end_on" is null or "endorsements"."end_on" glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]')
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `endorsements_number` ON `endorsements` (`policy_id`,`number`);--> statement-breakpoint
CREATE INDEX `endorsements_upload` ON `endorsements` (`upload_id`);--> statement-breakpoint
ALTER TABLE `policies` ADD `reminded_days` integer;