// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.example.mail;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The SMTP server that mail goes to, as a URL: {@code smtp://host:25}, {@code
 * smtp://user:password@host:587} or {@code smtps://user:password@host:465}.
 *
 * <p>{@code smtp} uses STARTTLS when the server offers it, and insists on it before it sends a
 * password; {@code smtps} speaks TLS from the first byte.
 *
 * <p>Immutable, safe for use by several threads.
 *
 * @param host the name or address of the server
 * @param port its port
 * @param tls whether the conversation starts with TLS
 * @param user whom to log in as, or null for nobody
 * @param password the password, or null for none
 */
public record SmtpServer(
    String host, int port, boolean tls, @Nullable String user, @Nullable String password) {

  /**
   * Returns the server that a URL names.
   *
   * @param url {@code smtp[s]://[user:password@]host[:port]}, user and password percent-encoded
   * @return the server
   * @throws IllegalArgumentException if the URL has another form; the message does not repeat the
   *     URL, which may hold a password
   */
  public static SmtpServer parse(String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      throw malformed(e.getReason());
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("smtp") && !scheme.equals("smtps")) {
      throw malformed("it starts with neither smtp:// nor smtps://");
    }
    String host = uri.getHost();
    if (host == null) {
      throw malformed("it names no host");
    }
    if (!uri.getPath().isEmpty() || uri.getQuery() != null || uri.getFragment() != null) {
      throw malformed("something follows the host and port");
    }
    boolean tls = scheme.equals("smtps");
    int port = uri.getPort() != -1 ? uri.getPort() : tls ? 465 : 25;
    if (port < 1 || port > 65535) {
      throw malformed("the port must be 1 to 65535");
    }
    String[] login =
        uri.getRawUserInfo() == null ? new String[0] : uri.getRawUserInfo().split(":", 2);
    return new SmtpServer(
        host,
        port,
        tls,
        login.length > 0 ? decode(login[0]) : null,
        login.length > 1 ? decode(login[1]) : null);
  }

  private static String decode(String text) {
    return java.net.URLDecoder.decode(
        text.replace("+", "%2B"), java.nio.charset.StandardCharsets.UTF_8);
  }

  private static IllegalArgumentException malformed(String why) {
    return new IllegalArgumentException(
        "the SMTP server must be smtp[s]://[user:password@]host[:port], but " + why);
  }

  /** Returns the URL without the password. */
  @Override
  public String toString() {
    return (tls ? "smtps://" : "smtp://") + (user == null ? "" : user + "@") + host + ":" + port;
  }
}
