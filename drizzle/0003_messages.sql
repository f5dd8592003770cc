CREATE TABLE `messages` (
	`id` text PRIMARY KEY NOT NULL,
	`event_id` text NOT NULL,
	`enterprise_id` text,
	`user_id` text,
	`order_id` text,
	`object_id` text NOT NULL,
	`noun` text NOT NULL,
	`event` text NOT NULL,
	`title` text NOT NULL,
	`text` text NOT NULL,
	`created_at` integer NOT NULL,
	`read_at` integer,
	FOREIGN KEY (`enterprise_id`) REFERENCES `enterprises`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `messages_event` ON `messages` (`event_id`,`order_id`);--> statement-breakpoint
CREATE INDEX `messages_enterprise` ON `messages` (`enterprise_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `messages_user` ON `messages` (`user_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `messages_enterprise_unread` ON `messages` (`enterprise_id`) WHERE read_at is null;--> statement-breakpoint
CREATE INDEX `messages_user_unread` ON `messages` (`user_id`) WHERE read_at is null;