// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The confirmation mail's way out: {@link io.github.afterspan.example.mail.Mailer} speaks SMTP,
 * {@link io.github.afterspan.example.mail.EmbeddedSmtp} answers when no server is configured.
 */
@NullMarked
package io.github.afterspan.example.mail;

import org.jspecify.annotations.NullMarked;
