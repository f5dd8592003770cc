CREATE TABLE `surrenders` (
	`id` text PRIMARY KEY NOT NULL,
	`order_id` text NOT NULL,
	`policy_id` text NOT NULL,
	`insurer_id` text NOT NULL,
	`state` text NOT NULL,
	`cause` text NOT NULL,
	`note` text,
	`amount_fen` integer NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`due_at` integer,
	`reject_reason` text,
	`decided_at` integer,
	`done_at` integer,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`policy_id`) REFERENCES `policies`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`insurer_id`) REFERENCES `insurers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "surrenders_state_known" CHECK("surrenders"."state" in ('SUBMITTED', 'INSURER_REVIEW', 'REFUNDING', 'DONE', 'REJECTED', 'WITHDRAWN')),
	CONSTRAINT "surrenders_cause_known" CHECK("surrenders"."cause" in ('TENDER_SUSPENDED', 'TENDER_FAILED', 'BIDDER_GAVE_UP')),
	CONSTRAINT "surrenders_amount_positive" CHECK("surrenders"."amount_fen" > 0)
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `surrenders_standing` ON `surrenders` (`order_id`) WHERE state in ('SUBMITTED', 'INSURER_REVIEW', 'REFUNDING', 'DONE');--> statement-breakpoint
CREATE INDEX `surrenders_order` ON `surrenders` (`order_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `surrenders_created` ON `surrenders` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `surrenders_insurer` ON `surrenders` (`insurer_id`,`state`,`created_at`,`id`);