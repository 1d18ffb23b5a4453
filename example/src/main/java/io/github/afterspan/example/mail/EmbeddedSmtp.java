// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.mail;

import com.icegreen.greenmail.Managers;
import com.icegreen.greenmail.mail.MailAddress;
import com.icegreen.greenmail.smtp.SmtpManager;
import com.icegreen.greenmail.smtp.SmtpState;
import com.icegreen.greenmail.util.ServerSetup;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A real SMTP server inside the process, so that the example needs none: GreenMail on a free
 * loopback port.
 *
 * <p>It takes as long over each mail as it is told to, refuses every address at {@value
 * #REFUSED_DOMAIN}, and keeps the recipients of the last {@value #KEPT} mails.
 *
 * <p>Safe for use by several threads. Closed by whoever started it.
 */
public final class EmbeddedSmtp implements AutoCloseable {

  /** The domain whose addresses are refused, with 550: {@value}. */
  public static final String REFUSED_DOMAIN = "refused.example";

  /** How many mails' recipients are kept: {@value}. */
  public static final int KEPT = 1000;

  private static final long STARTUP_MILLIS = 10_000;

  private final com.icegreen.greenmail.smtp.SmtpServer server;
  private final Inbox inbox;

  private EmbeddedSmtp(com.icegreen.greenmail.smtp.SmtpServer server, Inbox inbox) {
    this.server = server;
    this.inbox = inbox;
  }

  /**
   * Starts a server, and returns when it accepts mail.
   *
   * @param delay how long it takes over each mail before it accepts it
   * @return the running server
   * @throws IllegalStateException if it does not come up
   */
  public static EmbeddedSmtp start(Duration delay) {
    InboxManagers managers = new InboxManagers(delay);
    com.icegreen.greenmail.smtp.SmtpServer server =
        new com.icegreen.greenmail.smtp.SmtpServer(
            new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP), managers);
    server.setDaemon(true);
    server.startService();
    try {
      if (!server.waitTillRunning(STARTUP_MILLIS)) {
        throw new IllegalStateException("the embedded SMTP server did not start");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the embedded SMTP server started", e);
    }
    return new EmbeddedSmtp(server, managers.inbox);
  }

  /**
   * Returns where it listens.
   *
   * @return the address to hand to a {@link Mailer}
   */
  public SmtpServer address() {
    return new SmtpServer("127.0.0.1", server.getPort(), false, null, null);
  }

  /**
   * Returns whom the mails went to that were accepted so far.
   *
   * @return the recipients, oldest first
   */
  public List<String> recipients() {
    return inbox.recipients();
  }

  @Override
  public void close() {
    server.stopService();
  }

  /** GreenMail asks its managers for the inbox; this one keeps recipients, and no mailboxes. */
  private static final class InboxManagers extends Managers {
    private final Inbox inbox;

    InboxManagers(Duration delay) {
      inbox = new Inbox(this, delay);
    }

    @Override
    public SmtpManager getSmtpManager() {
      return inbox;
    }
  }

  private static final class Inbox extends SmtpManager {
    private final Duration delay;
    private final Deque<String> recipients = new ArrayDeque<>();

    Inbox(Managers managers, Duration delay) {
      super(managers.getImapHostManager(), managers.getUserManager());
      this.delay = delay;
    }

    @Override
    public @Nullable String checkRecipient(SmtpState state, MailAddress recipient) {
      return recipient.getEmail().toLowerCase(Locale.ROOT).endsWith("@" + REFUSED_DOMAIN)
          ? "550 5.1.1 there is no such mailbox"
          : null;
    }

    @Override
    public @Nullable String checkData(SmtpState state) {
      try {
        Thread.sleep(delay.toMillis());
        return null;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return "421 4.3.2 shutting down";
      }
    }

    @Override
    public synchronized void send(SmtpState state) {
      for (MailAddress recipient : state.getMessage().getToAddresses()) {
        recipients.addLast(recipient.getEmail());
      }
      while (recipients.size() > KEPT) {
        recipients.removeFirst();
      }
    }

    synchronized List<String> recipients() {
      return List.copyOf(recipients);
    }
  }
}
