CREATE TABLE `proposals` (
	`id` text PRIMARY KEY NOT NULL,
	`quote_id` text NOT NULL,
	`order_id` text NOT NULL,
	`insurer_id` text NOT NULL,
	`state` text NOT NULL,
	`premium_fen` integer NOT NULL,
	`rate` text NOT NULL,
	`valid_until` integer NOT NULL,
	`note` text,
	`proposed_by` text NOT NULL,
	`proposed_at` integer NOT NULL,
	`decided_at` integer,
	`refuse_reason` text,
	FOREIGN KEY (`quote_id`) REFERENCES `quotes`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`insurer_id`) REFERENCES `insurers`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "proposals_state_known" CHECK("proposals"."state" in ('PENDING', 'AGREED', 'REFUSED', 'WITHDRAWN')),
	CONSTRAINT "proposals_premium_not_negative" CHECK("proposals"."premium_fen" >= 0)
) STRICT;
--> statement-breakpoint
CREATE INDEX `proposals_quote` ON `proposals` (`quote_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `proposals_pending` ON `proposals` (`quote_id`) WHERE state = 'PENDING';--> statement-breakpoint
ALTER TABLE `insurers` ADD `second_underwriter_above_fen` integer;--> statement-breakpoint
ALTER TABLE `quotes` ADD `material_rounds` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
CREATE INDEX `quotes_queue` ON `quotes` (`insurer_id`,case when "due_at" is null then 9000000000000000 - "submitted_at" else "due_at" end,`id`);--> statement-breakpoint
UPDATE `quotes` SET `material_rounds` = json_array(json_object(
	'request', `material_request`,
	'requestedAt', (SELECT `at` FROM `events` WHERE `object_id` = `quotes`.`id` AND `event` = 'REQUEST_MATERIAL' ORDER BY `seq` DESC LIMIT 1),
	'dueAt', NULL,
	'note', `material_note`,
	'uploadIds', json(`material_upload_ids`),
	'suppliedAt', (SELECT `at` FROM `events` WHERE `object_id` = `quotes`.`id` AND `event` = 'SUPPLY' ORDER BY `seq` DESC LIMIT 1)
)) WHERE `material_request` IS NOT NULL;--> statement-breakpoint
ALTER TABLE `quotes` DROP COLUMN `material_request`;--> statement-breakpoint
ALTER TABLE `quotes` DROP COLUMN `material_note`;--> statement-breakpoint
ALTER TABLE `quotes` DROP COLUMN `material_upload_ids`;