// Copyright The Afterspan Authors
// SPDX-License-Identifier: Apache-2.0
package io.github.afterspan.servlet;

import jakarta.servlet.FilterConfig;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Looks into the application's web.xml for the one mistake that shows only later: a filter without
 * {@code async-supported}. The Servlet API lets nobody ask for that.
 */
final class DeploymentDescriptor {

  private static final Logger LOGGER = System.getLogger("io.github.afterspan");

  private DeploymentDescriptor() {}

  static void warnIfNotAsync(FilterConfig config) {
    try (InputStream descriptor =
        config.getServletContext().getResourceAsStream("/WEB-INF/web.xml")) {
      if (descriptor != null && isDeclaredWithoutAsync(parse(descriptor), config.getFilterName())) {
        LOGGER.log(
            Level.WARNING,
            "filter \"{0}\" is declared in web.xml without <async-supported>true</async-supported>:"
                + " asynchronous requests behind it fail",
            config.getFilterName());
      }
    } catch (IOException | SAXException | ParserConfigurationException e) {
      LOGGER.log(Level.DEBUG, "web.xml could not be read once more", e);
    }
  }

  private static Document parse(InputStream descriptor)
      throws ParserConfigurationException, SAXException, IOException {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
    factory.setNamespaceAware(true);
    return factory.newDocumentBuilder().parse(descriptor);
  }

  private static boolean isDeclaredWithoutAsync(Document descriptor, String filterName) {
    NodeList filters = descriptor.getElementsByTagNameNS("*", "filter");
    for (int i = 0; i < filters.getLength(); i++) {
      Element filter = (Element) filters.item(i);
      if (filterName.equals(text(filter, "filter-name"))) {
        return !"true".equals(text(filter, "async-supported"));
      }
    }
    return false;
  }

  private static @Nullable String text(Element parent, String child) {
    Node found = parent.getElementsByTagNameNS("*", child).item(0);
    return found == null ? null : found.getTextContent().strip();
  }
}
