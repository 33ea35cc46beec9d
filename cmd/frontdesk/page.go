package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/html"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
	"frontdesk/widgetpage"
)

// browserPage is the page of a sign-up, shown in a real browser.
type browserPage struct {
	venue  venue
	opener widgetpage.Opener
	log    *slog.Logger
}

func newBrowserPage(p venue, log *slog.Logger) *browserPage {
	return &browserPage{
		venue:  p,
		opener: widgetpage.Opener{Command: p.widget.BrowserCommand, Mode: p.widget.Open},
		log:    log,
	}
}

// Serve keeps the page while ctx lasts.
func (b *browserPage) Serve(ctx context.Context, views <-chan flow.ServePage, deliver func(context.Context, flow.Fact) error) error {
	config := b.venue.page()
	config.Log = b.log
	config.Deliver = func(ctx context.Context, r widgetpage.Result) error { return deliverResult(ctx, r, deliver) }
	config.Notify = func(e widgetpage.Event) {
		if news, ok := newsOf[e.Kind]; ok {
			_ = deliver(ctx, flow.PageReported{Kind: news, Text: e.Text})
		}
	}
	page, err := widgetpage.Start(context.WithoutCancel(ctx), config)
	if err != nil {
		return err
	}
	defer func() {
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = page.Close(limit)
	}()
	var opening sync.WaitGroup
	defer opening.Wait()
	opens := -1
	for {
		select {
		case <-ctx.Done():
			return nil
		case want := <-views:
			page.Show(b.view(want.View))
			if want.Opens != opens {
				opens = want.Opens
				listening := flow.PageListening{Link: secret.New(page.Link()), Code: page.MatchCode(), Opened: b.notOpened(page.Origin())}
				if err := deliver(ctx, listening); err != nil {
					return err
				}
				if listening.Opened == "" {
					opening.Go(func() { b.open(ctx, listening, deliver) })
				}
			}
		}
	}
}

// page is the page of a venue, without anybody who listens to it.
func (p venue) page() widgetpage.Config {
	return widgetpage.Config{
		Host:        p.widget.Host,
		Ports:       p.widget.Ports,
		WidgetURL:   p.widgetURL,
		Environment: p.widgetEnvironment(),
		WidgetHosts: p.widget.Hosts,
		CSPExtra:    policy(p.widget.CSPExtra),
		Styling:     p.widget.Styling,
		Now:         p.now,
	}
}

// notOpened is why no browser is started here. Whoever sits at the other end of
// an SSH session is told how to reach a page whose port is known beforehand.
func (b *browserPage) notOpened(origin string) string {
	why := b.opener.Refusal()
	address, err := url.Parse(origin)
	if err != nil || len(b.venue.widget.Ports) == 0 || !strings.Contains(why, "SSH") {
		return why
	}
	return fmt.Sprintf("%s; to open it on your own machine, run there: ssh -L %[2]s:localhost:%[2]s DESK", why, address.Port())
}

// open starts the browser and says why that did not work; the link is on the
// screen in any case.
func (b *browserPage) open(ctx context.Context, listening flow.PageListening, deliver func(context.Context, flow.Fact) error) {
	if err := b.opener.Open(ctx, listening.Link.Reveal()); err != nil {
		listening.Opened = err.Error()
		_ = deliver(ctx, listening)
	}
}

// policy adds each source to the directives that a payment method may need.
func policy(sources []string) []string {
	var rules []string
	for _, source := range sources {
		if strings.HasPrefix(source, "'") {
			rules = append(rules, "script-src "+source)
			continue
		}
		for _, directive := range []string{"connect-src", "frame-src", "img-src", "form-action"} {
			rules = append(rules, directive+" "+source)
		}
	}
	return rules
}

var newsOf = map[widgetpage.EventKind]flow.PageNews{
	widgetpage.Claimed:      flow.PageOpen,
	widgetpage.Visible:      flow.PageVisible,
	widgetpage.Hidden:       flow.PageHidden,
	widgetpage.Left:         flow.PageLeft,
	widgetpage.Lost:         flow.PageLost,
	widgetpage.Back:         flow.PageBack,
	widgetpage.LinkReused:   flow.PageLinkReused,
	widgetpage.Keyless:      flow.PageStranger,
	widgetpage.Processing:   flow.PageBusy,
	widgetpage.Idle:         flow.PageOpen,
	widgetpage.WidgetFailed: flow.PageFailed,
	widgetpage.Note:         flow.PageNote,
}

func deliverResult(ctx context.Context, r widgetpage.Result, deliver func(context.Context, flow.Fact) error) error {
	switch r.Kind {
	case widgetpage.Signatures:
		return deliver(ctx, flow.Signed{Contract: r.Contract, Blocks: r.Signatures})
	case widgetpage.Refused:
		return deliver(ctx, flow.SigningRefused{})
	}
	n, err := strconv.Atoi(r.SessionID)
	if err != nil {
		return err
	}
	return deliver(ctx, flow.PaymentAuthorised{
		N: n, Token: r.Token, Late: r.Late || r.Second,
		Instrument: flow.Instrument{Method: r.Method, Brand: r.Brand, Last4: r.Last4},
	})
}

// view turns what the sign-up wants shown into what the page can show: plain
// text in the member's language, amounts as the member writes them.
func (b *browserPage) view(v flow.PageView) widgetpage.View {
	words := wordsFor(v.Language)
	view := widgetpage.View{
		Kind:     kindOf[v.Kind],
		Studio:   v.Studio,
		Language: v.Language,
		Country:  firstOf(b.venue.widget.Country, v.Country),
		Locale:   b.venue.widget.Locale,
		Step:     v.Step,
		Total:    v.Total,
		Purpose:  v.Offer,
	}
	switch v.Kind {
	case flow.PageSign:
		view.SessionID, view.Title, view.ContractSignature = "sign", words.sign, v.SignContract
		for _, block := range v.Texts {
			view.Texts = append(view.Texts, widgetpage.Text{
				ID: block.ID, Title: block.Title, Body: plainText(block.Text), Required: block.ConfirmationRequired,
				LinkTitle: firstOf(block.AttachedExternalURL.Title, block.AttachedDocument.FileName),
				LinkURL:   firstOf(block.AttachedExternalURL.URL, block.AttachedDocument.URL),
			})
		}
	case flow.PagePay:
		view.SessionID, view.Session = strconv.Itoa(v.N), v.Session
		view.ValidUntil = v.ValidUntil.Add(-v.Skew)
		view.Title = words.regular
		if v.Scope == apiclient.ScopeECOM {
			view.Title, view.Amount = words.due, v.Amount.Format(v.Language+"-"+strings.ToUpper(v.Country))
		}
	}
	return view
}

var kindOf = map[flow.PageKind]widgetpage.ViewKind{
	flow.PageSign:      widgetpage.Sign,
	flow.PageWait:      widgetpage.Wait,
	flow.PagePay:       widgetpage.Pay,
	flow.PageDone:      widgetpage.Done,
	flow.PageCancelled: widgetpage.Cancelled,
}

// pageWords name the steps to the member.
type pageWords struct{ sign, regular, due string }

// titles has every language that the page itself speaks.
var titles = map[string]pageWords{
	"de": {"Lesen und unterschreiben", "Regelmäßige Zahlungen", "Heute fällig"},
	"en": {"Read and sign", "Regular payments", "Due today"},
	"es": {"Leer y firmar", "Pagos periódicos", "A pagar hoy"},
	"fr": {"Lire et signer", "Paiements réguliers", "À payer aujourd’hui"},
	"it": {"Leggere e firmare", "Pagamenti ricorrenti", "Da pagare oggi"},
	"nl": {"Lezen en ondertekenen", "Terugkerende betalingen", "Vandaag te betalen"},
}

// wordsFor takes a language such as "fr" or "de-CH"; others read English.
func wordsFor(language string) pageWords {
	primary, _, _ := strings.Cut(strings.ReplaceAll(language, "_", "-"), "-")
	if words, ok := titles[strings.ToLower(primary)]; ok {
		return words
	}
	return titles["en"]
}

// plainText takes the markup from a text of the API; blocks become lines.
func plainText(text string) string {
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(text))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(b.String())
		case html.TextToken:
			b.Write(tokens.Text())
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			switch name, _ := tokens.TagName(); string(name) {
			case "br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4":
				b.WriteByte('\n')
			case "script", "style":
				_ = tokens.Next()
			}
		}
	}
}

func (p venue) widgetEnvironment() string {
	return firstOf(p.widget.Environment, p.environment, "test")
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
