CREATE TABLE `ticket_messages` (
	`id` text PRIMARY KEY NOT NULL,
	`ticket_id` text NOT NULL,
	`author` text NOT NULL,
	`author_id` text NOT NULL,
	`text` text NOT NULL,
	`upload_ids` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`ticket_id`) REFERENCES `tickets`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "ticket_messages_author_known" CHECK("ticket_messages"."author" in ('BIDDER', 'OPERATOR', 'UNDERWRITER'))
) STRICT;
--> statement-breakpoint
CREATE INDEX `ticket_messages_ticket` ON `ticket_messages` (`ticket_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `tickets` (
	`id` text PRIMARY KEY NOT NULL,
	`number` text NOT NULL,
	`order_id` text NOT NULL,
	`insurer_id` text,
	`state` text NOT NULL,
	`type` text NOT NULL,
	`subject` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`due_at` integer,
	`resolved_at` integer,
	`reopened_at` integer,
	`closed_at` integer,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`insurer_id`) REFERENCES `insurers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "tickets_state_known" CHECK("tickets"."state" in ('OPEN', 'IN_PROGRESS', 'WAITING_CUSTOMER', 'RESOLVED', 'CLOSED')),
	CONSTRAINT "tickets_type_known" CHECK("tickets"."type" in ('TITLE_CHANGE', 'RESEND', 'POLICY_CORRECTION', 'COMPLAINT', 'OTHER'))
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `tickets_number` ON `tickets` (`number`);--> statement-breakpoint
CREATE INDEX `tickets_order` ON `tickets` (`order_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `tickets_created` ON `tickets` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `tickets_due` ON `tickets` (`state`,`due_at`);