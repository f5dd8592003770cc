CREATE TABLE `invitations` (
	`id` text PRIMARY KEY NOT NULL,
	`enterprise_id` text NOT NULL,
	`mobile` text NOT NULL,
	`state` text NOT NULL,
	`invited_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`decided_at` integer,
	FOREIGN KEY (`enterprise_id`) REFERENCES `enterprises`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`invited_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "invitations_state_known" CHECK("invitations"."state" in ('PENDING', 'ACCEPTED', 'DECLINED', 'REVOKED', 'EXPIRED'))
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `invitations_pending` ON `invitations` (`enterprise_id`,`mobile`) WHERE state = 'PENDING';--> statement-breakpoint
CREATE INDEX `invitations_enterprise` ON `invitations` (`enterprise_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `invitations_mobile` ON `invitations` (`mobile`,`created_at`);--> statement-breakpoint
CREATE INDEX `invitations_expiry` ON `invitations` (`state`,`expires_at`);--> statement-breakpoint
ALTER TABLE `enterprises` ADD `owner_id` text REFERENCES users(id);--> statement-breakpoint
UPDATE `enterprises` SET `owner_id` = coalesce(
	(SELECT c.`user_id` FROM `certifications` c JOIN `users` u ON u.`id` = c.`user_id` AND u.`enterprise_id` = `enterprises`.`id`
		WHERE c.`enterprise_id` = `enterprises`.`id` AND c.`state` = 'APPROVED' ORDER BY c.`decided_at`, c.`id` LIMIT 1),
	(SELECT u.`id` FROM `users` u WHERE u.`enterprise_id` = `enterprises`.`id` ORDER BY u.`created_at`, u.`id` LIMIT 1)
);
