// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.mail;

import jakarta.mail.Authenticator;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Sends mail over SMTP, each one in a conversation of its own.
 *
 * <p>A conversation blocks its thread. A socket does not notice an interrupt, so every wait has a
 * limit of its own, {@link #PATIENCE}.
 *
 * <p>Safe for use by several threads.
 */
public final class Mailer {

  /** The longest wait for the server to accept a connection, or to answer: 5 seconds. */
  public static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Session session;
  private final String from;

  /**
   * Makes a mailer. Nothing is sent yet, nor connected.
   *
   * @param server where to send to
   * @param from the sender's address
   */
  public Mailer(SmtpServer server, String from) {
    this.session = Session.getInstance(properties(server), authenticator(server));
    this.from = from;
  }

  /**
   * Sends a mail, and returns when the server has taken it.
   *
   * @param to the address of the one recipient
   * @param subject the subject
   * @param text the body, plain text
   * @throws MessagingException if the address makes no sense, the server refuses it or the mail, or
   *     the server cannot be reached or takes longer than {@link #PATIENCE} over an answer
   */
  @SuppressWarnings("JavaUtilDate") // what Jakarta Mail takes
  public void send(String to, String subject, String text) throws MessagingException {
    MimeMessage message = new MimeMessage(session);
    message.setFrom(new InternetAddress(from, true));
    message.setRecipient(Message.RecipientType.TO, new InternetAddress(to, true));
    message.setSubject(subject, "UTF-8");
    message.setText(text, "UTF-8");
    message.setSentDate(Date.from(Instant.now()));
    try {
      Transport.send(message);
    } catch (SendFailedException e) {
      // Its own message is "Invalid Addresses"; what the server said is one level down.
      Exception said = e.getNextException();
      throw said == null ? e : new MessagingException(String.valueOf(said.getMessage()).strip(), e);
    }
  }

  private static Properties properties(SmtpServer server) {
    String protocol = server.tls() ? "smtps" : "smtp";
    String millis = Long.toString(PATIENCE.toMillis());
    Properties properties = new Properties();
    properties.setProperty("mail.transport.protocol", protocol);
    properties.setProperty("mail.transport.protocol.rfc822", protocol);
    String prefix = "mail." + protocol + ".";
    properties.setProperty(prefix + "host", server.host());
    properties.setProperty(prefix + "port", Integer.toString(server.port()));
    properties.setProperty(prefix + "connectiontimeout", millis);
    properties.setProperty(prefix + "timeout", millis);
    properties.setProperty(prefix + "writetimeout", millis);
    properties.setProperty(prefix + "starttls.enable", "true");
    properties.setProperty(prefix + "ssl.checkserveridentity", "true");
    if (server.user() != null) {
      properties.setProperty(prefix + "auth", "true");
      properties.setProperty(prefix + "starttls.required", Boolean.toString(!server.tls()));
    }
    return properties;
  }

  private static @Nullable Authenticator authenticator(SmtpServer server) {
    String user = server.user();
    if (user == null) {
      return null;
    }
    String password = server.password() == null ? "" : server.password();
    return new Authenticator() {
      @Override
      protected PasswordAuthentication getPasswordAuthentication() {
        return new PasswordAuthentication(user, password);
      }
    };
  }
}
