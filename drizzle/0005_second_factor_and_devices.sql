CREATE TABLE `known_devices` (
	`device_hash` text NOT NULL,
	`user_id` text NOT NULL,
	`used_at` integer NOT NULL,
	PRIMARY KEY(`device_hash`, `user_id`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `known_devices_user` ON `known_devices` (`user_id`,`used_at`);--> statement-breakpoint
CREATE INDEX `known_devices_used` ON `known_devices` (`used_at`);--> statement-breakpoint
CREATE TABLE `recovery_codes` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`code_hmac` text NOT NULL,
	`used_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `recovery_codes_code` ON `recovery_codes` (`user_id`,`code_hmac`);--> statement-breakpoint
CREATE TABLE `second_factors` (
	`user_id` text PRIMARY KEY NOT NULL,
	`secret_sealed` text NOT NULL,
	`started_at` integer NOT NULL,
	`confirmed_at` integer,
	`last_step` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_sign_in_attempts` (
	`id` text PRIMARY KEY NOT NULL,
	`mobile` text NOT NULL,
	`proof` text NOT NULL,
	`device_hash` text,
	`address` text NOT NULL,
	`at` integer NOT NULL,
	`succeeded` integer NOT NULL,
	CONSTRAINT "sign_in_attempts_proof_known" CHECK("__new_sign_in_attempts"."proof" in ('PASSWORD', 'SECOND_FACTOR'))
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_sign_in_attempts`("id", "mobile", "proof", "device_hash", "address", "at", "succeeded") SELECT "id", "mobile", 'PASSWORD', NULL, "address", "at", "succeeded" FROM `sign_in_attempts`;--> statement-breakpoint
DROP TABLE `sign_in_attempts`;--> statement-breakpoint
ALTER TABLE `__new_sign_in_attempts` RENAME TO `sign_in_attempts`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `sign_in_attempts_mobile` ON `sign_in_attempts` (`mobile`,`at`);--> statement-breakpoint
CREATE INDEX `sign_in_attempts_address` ON `sign_in_attempts` (`address`,`at`);--> statement-breakpoint
CREATE INDEX `sign_in_attempts_at` ON `sign_in_attempts` (`at`);