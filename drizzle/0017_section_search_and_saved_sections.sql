CREATE TABLE `saved_sections` (
	`enterprise_id` text NOT NULL,
	`section_id` text NOT NULL,
	`saved_by` text NOT NULL,
	`reminder` text NOT NULL,
	`reminded_of` integer,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`enterprise_id`, `section_id`),
	FOREIGN KEY (`enterprise_id`) REFERENCES `enterprises`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`section_id`) REFERENCES `bid_sections`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`saved_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "saved_sections_reminder_known" CHECK("saved_sections"."reminder" in ('THREE_DAYS', 'ONE_DAY', 'TWO_HOURS', 'NONE'))
) STRICT;
--> statement-breakpoint
CREATE INDEX `saved_sections_section` ON `saved_sections` (`section_id`);--> statement-breakpoint
CREATE TABLE `bid_section_texts` (
	`number` integer PRIMARY KEY NOT NULL,
	`section_id` text NOT NULL,
	`text` text NOT NULL,
	FOREIGN KEY (`section_id`) REFERENCES `bid_sections`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `bid_section_texts_section` ON `bid_section_texts` (`section_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `messages_event_enterprise` ON `messages` (`event_id`,`enterprise_id`) WHERE order_id is null;--> statement-breakpoint
CREATE INDEX `bid_sections_deadline` ON `bid_sections` (`deadline_at`,`id`);--> statement-breakpoint
CREATE INDEX `bid_sections_opening` ON `bid_sections` (`open_at`,`id`);--> statement-breakpoint
CREATE VIRTUAL TABLE `bid_section_index` USING fts5(pairs, content = '', contentless_delete = 1, tokenize = 'ascii');
